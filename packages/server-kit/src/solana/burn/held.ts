import type { HeldNft } from '../../ports/chain.ts';
import type { Endpoint } from '../rpc/endpoint.ts';

/** NFTs that are remembered. What is forgotten is looked for from the beginning of the attempt. */
const REMEMBERED = 10_000;

/**
 * Until which slot a node has shown an NFT in its wallet: whatever took it out came later. It makes
 * the search for an unreported burn short, also under an address that strangers write to.
 */
export interface HeldMemory {
  note(endpoint: Endpoint, nft: HeldNft, slot: number): void;
  /** 0 where nothing is known. */
  until(endpoint: Endpoint, nft: HeldNft): number;
}

export function createHeldMemory(): HeldMemory {
  const slots = new Map<string, number>();
  const key = ({ host }: Endpoint, { mint, owner }: HeldNft) => `${host} ${mint} ${owner}`;
  return {
    note(endpoint, nft, slot) {
      const name = key(endpoint, nft);
      slots.delete(name);
      slots.set(name, slot);
      const [oldest] = slots.keys();
      if (slots.size > REMEMBERED && oldest !== undefined) slots.delete(oldest);
    },
    until: (endpoint, nft) => slots.get(key(endpoint, nft)) ?? 0,
  };
}
