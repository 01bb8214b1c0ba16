import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Step } from './driver.ts';

/** The NFT that has to be burned, and by whom. */
export function target(step: Step): { mint: string; owner: string } {
  const { wallet, id } = step.loaded.row;
  const nft = step.operation.facts.currentNFT;
  const mint =
    typeof nft === 'object' && nft !== null && 'mintAddress' in nft ? nft.mintAddress : undefined;
  if (!wallet)
    throw new NftUpgradeError('wallet_not_connected', {
      message: 'The user has no verified wallet.',
      operationId: id,
    });
  if (typeof mint !== 'string') throw new NftUpgradeError('nft_not_owned', { operationId: id });
  return { mint, owner: wallet };
}
