import { expect, it } from 'vitest';
import { defaultFigures, type Workload } from '../bench/src/scale/figures.ts';
import { plan } from '../bench/src/scale/plan.ts';
import { simulate } from '../bench/src/scale/simulate.ts';

const waits = [
  { name: 'one', medianMs: 20_000, spread: 0, rpcCallsPerSecond: 2 },
  { name: 'two', medianMs: 10_000, spread: 0, rpcCallsPerSecond: 1 },
];
const workload: Workload = { waits, events: 12, rpcCalls: 5, outage: { share: 0, meanMs: 1 } };

it('counts what queueing theory says: what is open is arrivals times stay', () => {
  for (const perSecond of [2, 50, 5_000]) {
    const load = simulate(workload, perSecond);
    expect(load.concurrent.mean / (perSecond * 30)).toBeCloseTo(1, 1);
    expect(load.rpcPerSecond.mean / (perSecond * (5 + 20 * 2 + 10))).toBeCloseTo(1, 1);
    expect(load.concurrent.peak).toBeGreaterThan(load.concurrent.mean);
  }
});

it('says the same for the same seed, and another thing for another', () => {
  expect(simulate(workload, 10)).toEqual(simulate(workload, 10));
  expect(simulate(workload, 10).concurrent.peak).not.toBe(
    simulate(workload, 10, 2).concurrent.peak,
  );
});

it('plans at least two nodes, and shards when one Postgres is too small', () => {
  expect(plan(simulate(workload, 0.1), defaultFigures)).toMatchObject({
    nodes: 2,
    shards: 1,
    wake: 'NOTIFY',
  });
  const large = plan(simulate(workload, 5_000), defaultFigures);
  expect(large.shards).toBeGreaterThan(1);
  expect(large).toMatchObject({ wake: 'Redis', limit: 'RPC' });
});
