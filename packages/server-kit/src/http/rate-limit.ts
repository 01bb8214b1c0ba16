import { later } from './problem.ts';

/** So many requests of one principal in a minute. */
export interface RateLimit {
  /**
   * Takes one. @throws NftUpgradeError `rate_limited` with the time after which the next one is
   * free
   */
  consume(principalId: string): void;
  /** Principals that are remembered. */
  readonly size: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MINUTE_MS = 60_000;

/**
 * A token bucket a principal: a burst up to the whole limit, then one at a time as the minute goes
 * on.
 */
export function createRateLimit(perMinute: number, now: () => number): RateLimit {
  // In the order of use: the principal that has been quiet longest stands first.
  const buckets = new Map<string, Bucket>();
  const refilled = ({ tokens, at }: Bucket, time: number): number =>
    Math.min(perMinute, tokens + (Math.max(0, time - at) * perMinute) / MINUTE_MS);

  const forgetFull = (time: number) => {
    for (const [id, bucket] of buckets) {
      if (refilled(bucket, time) < perMinute) return;
      buckets.delete(id);
    }
  };

  return {
    consume(principalId) {
      const time = now();
      const tokens = refilled(buckets.get(principalId) ?? { tokens: perMinute, at: time }, time);
      buckets.delete(principalId);
      buckets.set(principalId, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: time });
      forgetFull(time);
      if (tokens < 1)
        throw later(
          'rate_limited',
          `At most ${perMinute} such requests in a minute.`,
          ((1 - tokens) * MINUTE_MS) / perMinute,
        );
    },
    get size() {
      return buckets.size;
    },
  };
}
