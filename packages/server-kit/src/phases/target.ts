import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { burnedMint } from '../journal/burned-mint.ts';
import type { Step } from './driver.ts';

/** The NFT that has to be burned, and by whom. */
export function target(step: Step): { mint: string; owner: string } {
  const { wallet, id } = step.loaded.row;
  const mint = burnedMint(step.loaded.process, step.operation.facts);
  if (!wallet)
    throw new NftUpgradeError('wallet_not_connected', {
      message: 'The user has no verified wallet.',
      operationId: id,
    });
  if (mint === null) throw new NftUpgradeError('nft_not_owned', { operationId: id });
  return { mint, owner: wallet };
}
