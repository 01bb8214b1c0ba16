import { setTimeout as sleep } from 'node:timers/promises';

/** How far apart two items are begun, at most. Milliseconds. */
const GAP_MS = 10;

/** How items are begun. */
export interface Pace {
  /**
   * Evenly over this time, though never more than 10 apart: a crowd that is due at once must not
   * stand between a user and the answer. Milliseconds, default 0.
   */
  overMs?: number;
  /** Once it aborts, no further one is begun. */
  signal?: AbortSignal | undefined;
}

/** Runs `work` for every item, at most `limit` at a time. */
export async function mapConcurrent<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
  { overMs = 0, signal }: Pace = {},
): Promise<void> {
  const begun = performance.now();
  const gapMs = Math.min(GAP_MS, overMs / items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      const early = begun + index * gapMs - performance.now();
      if (early > 0) await sleep(early, undefined, signal && { signal }).catch(() => undefined);
      if (signal?.aborted) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
