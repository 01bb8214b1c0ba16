import type { Workload } from './figures.ts';

/** What a deployment has to carry, over a simulated hour of Poisson arrivals. */
export interface Load {
  readonly arrivalsPerSecond: number;
  /** Operations open at once, each with a stream. */
  readonly concurrent: { readonly mean: number; readonly peak: number };
  readonly eventsPerSecond: number;
  readonly rpcPerSecond: { readonly mean: number; readonly peak: number };
}

const HOUR_MS = 3_600_000;
/**
 * More arrivals than this add nothing: a larger load is a sum of independent ones, whose peaks are
 * closer to their mean.
 */
const MAX_ARRIVALS = 400_000;

/** A small generator with a seed, so that a table is the same each time it is made. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Lets operations arrive, wait and end, in virtual time, and counts each second what is open and
 * what is asked.
 */
export function simulate(workload: Workload, arrivalsPerSecond: number, seed = 1): Load {
  const random = seeded(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const scale = Math.max(1, (arrivalsPerSecond * 3_600) / MAX_ARRIVALS);
  const rate = arrivalsPerSecond / scale / 1_000;
  const seconds = HOUR_MS / 1_000;
  // Differences at the second in which an operation begins or ends; their running sum is what is
  // open.
  const open = new Float64Array(seconds + 1);
  const asked = new Float64Array(seconds + 1);
  const span = (sums: Float64Array, from: number, to: number, amount: number) => {
    const clamp = (ms: number) => Math.min(seconds, Math.max(0, Math.floor(ms / 1_000)));
    sums[clamp(from)] = (sums[clamp(from)] ?? 0) + amount;
    sums[clamp(to)] = (sums[clamp(to)] ?? 0) - amount;
  };
  // Arrivals begin long before the hour, so that it starts in a steady state.
  for (let at = -HOUR_MS; at < HOUR_MS; at += -Math.log(1 - random()) / rate) {
    let now = at;
    for (const { medianMs, spread, rpcCallsPerSecond } of workload.waits) {
      const lasts = medianMs * Math.exp(spread * normal());
      span(asked, now, now + lasts, rpcCallsPerSecond);
      now += lasts;
    }
    if (random() < workload.outage.share) now += -Math.log(1 - random()) * workload.outage.meanMs;
    span(open, at, now, 1);
  }
  const base = arrivalsPerSecond * workload.rpcCalls;
  return {
    arrivalsPerSecond,
    concurrent: meanAndPeak(open, scale, 0),
    eventsPerSecond: arrivalsPerSecond * workload.events,
    rpcPerSecond: meanAndPeak(asked, scale, base),
  };
}

/** Peaks of a sum of `scale` independent loads: its deviation grows with the square root. */
function meanAndPeak(
  differences: Float64Array,
  scale: number,
  base: number,
): { mean: number; peak: number } {
  let [current, sum, highest] = [0, 0, 0];
  const count = differences.length - 1;
  for (let second = 0; second < count; second += 1) {
    current += differences[second] ?? 0;
    sum += current;
    highest = Math.max(highest, current);
  }
  const mean = sum / count;
  return {
    mean: base + mean * scale,
    peak: base + mean * scale + (highest - mean) * Math.sqrt(scale),
  };
}
