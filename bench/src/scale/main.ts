// How a deployment grows: `npm run scale [-- --watch-ms 1000 --batch 1 --figures figures.json
// --json]`.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { defaultFigures, type Figures, upgradeWorkload } from './figures.ts';
import { plan } from './plan.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    'watch-ms': { type: 'string', default: '1000' },
    batch: { type: 'string', default: '1' },
    figures: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const positive = (name: 'watch-ms' | 'batch'): number => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name} has to be a number above 0.`);
  process.exit(2);
};
const [watchMs, batch] = [positive('watch-ms'), positive('batch')];
const figures: Figures = {
  ...defaultFigures,
  ...(values.figures ? (JSON.parse(readFileSync(values.figures, 'utf8')) as Partial<Figures>) : {}),
};
const workload = upgradeWorkload(watchMs, batch);

const rows = [0.1, 1, 10, 100, 1_000, 10_000, 20_000].map((perSecond) => {
  const load = simulate(workload, perSecond);
  return { load, plan: plan(load, figures) };
});

if (values.json) console.log(JSON.stringify({ watchMs, batch, figures, rows }));
else {
  const round = (value: number) => Math.round(value).toLocaleString('en');
  console.log(
    `A look at a waiting operation every ${watchMs} ms, ${batch} operations in one RPC call.`,
  );
  console.table(
    rows.map(({ load, plan: { nodes, shards, wake, rpcPlans, costPerMonth, limit } }) => ({
      'starts/s': load.arrivalsPerSecond,
      'open, peak': round(load.concurrent.peak),
      'events/s': round(load.eventsPerSecond),
      'RPC calls/s': round(load.rpcPerSecond.peak),
      nodes,
      Postgres: shards,
      wake,
      'RPC plans': round(rpcPlans),
      '$ a month': round(costPerMonth),
      'dearest part': limit,
    })),
  );
}
