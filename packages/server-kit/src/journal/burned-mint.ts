import type { AnyProcess, Snapshot } from '@aiw3/nft-upgrade/protocol';

/**
 * Mint address of the NFT that an operation burns; null while it is not known, or there is none.
 */
export function burnedMint(
  { phases }: Pick<AnyProcess, 'phases'>,
  { currentNFT }: Readonly<Record<string, unknown>>,
): string | null {
  if (!phases.includes('burn') || typeof currentNFT !== 'object' || currentNFT === null)
    return null;
  return 'mintAddress' in currentNFT && typeof currentNFT.mintAddress === 'string'
    ? currentNFT.mintAddress
    : null;
}

/**
 * The NFT of which the event behind these snapshots says that it will be burned: from then on no
 * other operation may live for it.
 */
export const qualifiedNft = (
  process: AnyProcess,
  before: Snapshot,
  after: Snapshot,
): string | null =>
  burnedMint(process, before.facts) === null ? burnedMint(process, after.facts) : null;
