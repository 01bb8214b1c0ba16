import type { ChainPoint } from '../../ports/chain.ts';

/** Blocks in which a blockhash may be used: `MAX_PROCESSING_AGE` of every validator. */
export const BLOCKHASH_LIFE = 150;

/** What a node may be behind the others and still give a blockhash: a fifth of its life. */
const SLOTS_BEHIND = 30;

/** A recent blockhash with the end of its life and the slot it was read in. */
export interface RecentBlockhash {
  blockhash: string;
  lastValidBlockHeight: number;
  slot: number;
}

/** Nodes whose word is enough. */
export const majorityOf = (nodes: number): number => Math.floor(nodes / 2) + 1;

/** The highest number that a majority says, or exceeds. One that lies upwards moves nothing. */
const reached = (numbers: readonly number[], majority: number): number | undefined =>
  numbers.toSorted((a, b) => b - a)[majority - 1];

/**
 * The point of the finalized chain that a majority confirms. Nodes that did not answer are not in
 * the list. @returns null when too few are
 */
export function agreedPoint(points: readonly ChainPoint[], nodes: number): ChainPoint | null {
  const majority = majorityOf(nodes);
  const slot = reached(
    points.map((point) => point.slot),
    majority,
  );
  const blockHeight = reached(
    points.map((point) => point.blockHeight),
    majority,
  );
  return slot === undefined || blockHeight === undefined ? null : { slot, blockHeight };
}

/**
 * The blockhashes that fit to the agreed point, best first: the newest that a majority has reached.
 * A newer one than the chain is a lie, an older one is dead soon. The end of its life is at least
 * what the agreed height says, because a transaction that is called dead too early is signed twice.
 * @returns an empty list when too few nodes are near the point
 */
export function agreedBlockhashes(
  answers: readonly RecentBlockhash[],
  point: ChainPoint,
  nodes: number,
): RecentBlockhash[] {
  const majority = majorityOf(nodes);
  // Finality may be a whole life of a blockhash behind the newest block.
  const near = answers.filter(
    ({ lastValidBlockHeight, slot }) =>
      lastValidBlockHeight > point.blockHeight &&
      lastValidBlockHeight <= point.blockHeight + 2 * BLOCKHASH_LIFE &&
      slot >= point.slot - SLOTS_BEHIND &&
      slot <= point.slot + 2 * BLOCKHASH_LIFE,
  );
  if (near.length < majority) return [];
  return near
    .toSorted((a, b) => b.lastValidBlockHeight - a.lastValidBlockHeight)
    .slice(majority - 1)
    .map((answer) => ({
      ...answer,
      lastValidBlockHeight: Math.max(
        answer.lastValidBlockHeight,
        point.blockHeight + BLOCKHASH_LIFE,
      ),
    }));
}
