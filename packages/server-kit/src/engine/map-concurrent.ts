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
  /**
   * An item that takes longer goes on by itself, and the next one has its place: what hangs stops
   * nothing else. Milliseconds, default without an end.
   */
  patienceMs?: number;
  /** Once it aborts, no further one is begun. */
  signal?: AbortSignal | undefined;
}

/** Runs `work` for every item, at most `limit` at a time. */
export async function mapConcurrent<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
  { overMs = 0, patienceMs, signal }: Pace = {},
): Promise<void> {
  const begun = performance.now();
  const gapMs = Math.min(GAP_MS, overMs / items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      const early = begun + index * gapMs - performance.now();
      if (early > 0) await sleep(early, undefined, signal && { signal }).catch(() => undefined);
      if (signal?.aborted) return;
      await (patienceMs === undefined ? work(item) : atMost(patienceMs, work(item)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const slow = new AbortController();
  await Promise.race([
    work,
    sleep(ms, undefined, { signal: slow.signal }).catch(() => undefined),
  ]).finally(() => slow.abort());
}
