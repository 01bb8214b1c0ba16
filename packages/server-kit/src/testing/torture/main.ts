// npm run torture -- [--database postgres|pglite] [--minutes N | --seconds N] [--every ms] [--nodes
// N] [--clients N] [--users N] [--json]
import { parseArgs } from 'node:util';
import { torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    database: { type: 'string', default: 'postgres' },
    every: { type: 'string', default: '400' },
    nodes: { type: 'string', default: '3' },
    clients: { type: 'string', default: '4' },
    users: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const number = (name: 'every' | 'nodes' | 'clients' | 'users' | 'minutes' | 'seconds'): number => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name} has to be a number above 0.`);
  process.exit(2);
};
const { database } = values;
if (database !== 'postgres' && database !== 'pglite') {
  console.error('--database has to be postgres or pglite.');
  process.exit(2);
}
const report = await torture({
  database,
  forMs: values.seconds === undefined ? number('minutes') * 60_000 : number('seconds') * 1_000,
  everyMs: number('every'),
  nodes: number('nodes'),
  clients: number('clients'),
  usersEach: number('users'),
  print: (line) => console.error(line),
});
if (values.json) {
  const { kills, found, ...rest } = report;
  console.log(
    JSON.stringify({
      kills: kills.total,
      killed: kills,
      ...rest,
      ...(found.length > 0 && { found }),
    }),
  );
} else {
  console.log(
    `${report.kills.total} kills (${report.kills.nodes} nodes, ${report.kills.clients} ` +
      `clients, ${report.kills.database} database)`,
  );
  console.log(
    `${report.operations} operations, ${report.completed} completed, ${report.refused} ` +
      'refused before anything irreversible',
  );
  console.log(`${report.violations} violations, slowest recovery ${report.slowestRecoveryMs} ms`);
  for (const line of report.found) console.log(`  ${line}`);
}
process.exit(report.violations === 0 ? 0 : 1);
