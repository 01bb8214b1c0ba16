import { definePhase, status } from '../machine/define.ts';
import { recovery } from './recovery.ts';

/** The new NFT is minted, at an address that follows from the operation. */
export const mint = definePhase('mint', {
  entries: ['minting_new_nft'],
  assetAfter: 'delivered',
  statuses: {
    minting_new_nft: status(80, 'inherited', { to: ['next', 'mint_failed'] }),
    ...recovery('mint_failed', 'minting_new_nft'),
  },
});
