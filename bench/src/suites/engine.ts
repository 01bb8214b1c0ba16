// The engine beside the least that a durable step can cost (an insert and a job in one transaction)
// and beside DBOS Transact, on one Postgres, in one run.

import { postgres } from '@aiw3/nft-upgrade-server-kit/postgres';
import { closeDatabases, startPostgres } from '@aiw3/nft-upgrade-server-kit/testing';
import { atLeast, atMost, type Row, type Suite } from '../suite.ts';
import { startDbos } from './engine/dbos.ts';
import { startFloor } from './engine/floor.ts';
import { confirmToFrame } from './engine/latency.ts';
import { costsOf, fill } from './engine/live.ts';
import { quantile, stepsPerSecond } from './engine/measure.ts';
import { startNode } from './engine/node.ts';

/**
 * In turns and small slices, so that other load hits all three alike. The first slices warm up.
 */
const SLICES = 24;
const WARM = 4;
const OPERATIONS = 40;
const CONCURRENCY = 16;

export const suite: Suite = {
  title: 'Engine: durable steps',
  async run(print) {
    const server = await startPostgres();
    try {
      print('steps a second');
      const urls = [await server.url(), await server.url(), await server.url()] as const;
      const floor = await startFloor(
        await postgres({ connectionString: urls[0], max: CONCURRENCY + 4 }),
      );
      const ours = await startNode(urls[1], CONCURRENCY + 4);
      const dbos = await startDbos(urls[2], CONCURRENCY + 4);
      const rates = { floor: [] as number[], ours: [] as number[], dbos: [] as number[] };
      for (let slice = 0; slice < WARM + SLICES; slice += 1) {
        for (const [name, run] of [
          ['floor', floor.run],
          ['ours', ours.activate],
          ['dbos', dbos.run],
        ] as const) {
          const rate = await stepsPerSecond(run, {
            operations: OPERATIONS,
            concurrency: CONCURRENCY,
            stepsEach: 4,
          });
          if (slice >= WARM) rates[name].push(rate);
        }
      }
      // Each slice against its neighbours.
      const over = (mine: readonly number[], theirs: readonly number[]) =>
        quantile(
          mine.map((rate, slice) => rate / (theirs[slice] ?? Number.NaN)),
          0.5,
        );
      await Promise.all([floor.stop(), dbos.stop()]);

      await ours.stop();

      print('confirm to frame, on one node and across two');
      const { same, across } = await confirmToFrame(await server.url());

      print('cost of an event beside many live operations');
      const sizes = [100, 5_000, 50_000];
      const filled = await Promise.all(
        sizes.map(async () => startNode(await server.url(), CONCURRENCY)),
      );
      for (const [index, node] of filled.entries()) await fill(node, sizes[index] ?? 0);
      const measured = await costsOf(filled);
      const costs = sizes.map((live, index) => ({ live, ms: measured[index] ?? Number.NaN }));
      for (const node of filled) await node.stop();

      const least = Math.min(...costs.map(({ ms }) => ms));
      const most = Math.max(...costs.map(({ ms }) => ms));
      const rows: Row[] = [
        {
          name: 'floor: insert and job in one transaction',
          value: quantile(rates.floor, 0.5),
          unit: 'steps/s',
          ratio: 1,
        },
        {
          name: 'engine',
          value: quantile(rates.ours, 0.5),
          unit: 'steps/s',
          ratio: over(rates.ours, rates.floor),
        },
        {
          name: 'DBOS Transact',
          value: quantile(rates.dbos, 0.5),
          unit: 'steps/s',
          ratio: over(rates.dbos, rates.floor),
        },
        { name: 'confirm to frame, one node, p50', value: quantile(same, 0.5), unit: 'ms' },
        { name: 'confirm to frame, one node, p99', value: quantile(same, 0.99), unit: 'ms' },
        { name: 'confirm to frame, across nodes, p50', value: quantile(across, 0.5), unit: 'ms' },
        { name: 'confirm to frame, across nodes, p99', value: quantile(across, 0.99), unit: 'ms' },
        ...costs.map(({ live, ms }) => ({
          name: `one event beside ${live} live operations`,
          value: ms,
          unit: 'ms',
          ratio: ms / (costs[0]?.ms ?? ms),
        })),
      ];
      return {
        rows,
        goals: [
          atLeast('steps a second, of the floor', 0.7, over(rates.ours, rates.floor), ' × floor'),
          atLeast('steps a second, of DBOS', 1, over(rates.ours, rates.dbos), ' × DBOS'),
          atMost('confirm to frame, one node, p99', 10, quantile(same, 0.99), ' ms'),
          atMost('confirm to frame, across nodes, p99', 25, quantile(across, 0.99), ' ms'),
          atMost(
            'one event at 100, 5,000 and 50,000 live operations: most over least',
            1.2,
            most / least,
          ),
        ],
      };
    } finally {
      await server.stop();
      await closeDatabases();
    }
  },
};
