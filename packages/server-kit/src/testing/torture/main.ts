// npm run torture -- [--database postgres|pglite] [--minutes N | --seconds N] [--every ms] [--nodes
// N] [--clients N] [--users N] [--json]
// npm run torture -- --rolling [--json]
import { parseArgs } from 'node:util';
import { isUnnoticed, rolling } from './rolling.ts';
import { isKept, summed, type TortureOptions, torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    rolling: { type: 'boolean', default: false },
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
const print = (line: string) => console.error(line);
const number = (name: 'every' | 'nodes' | 'clients' | 'users' | 'minutes' | 'seconds'): number => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  print(`--${name} has to be a number above 0.`);
  process.exit(2);
};
/** As the last line of stdout, or line by line; then ends with 0 exactly if all was kept. */
function end(report: object & { found: readonly string[] }, isGood: boolean): never {
  const { found, ...rest } = report;
  if (values.json) console.log(JSON.stringify({ ...rest, ...(found.length > 0 && { found }) }));
  else {
    for (const [name, value] of Object.entries<unknown>(rest))
      console.log(`${name}: ${JSON.stringify(value)}`);
    for (const line of found) console.log(`  ${line}`);
  }
  process.exit(isGood ? 0 : 1);
}

if (values.rolling) {
  const report = await rolling({ print });
  end(report, isUnnoticed(report));
}
const { database } = values;
if (database !== 'postgres' && database !== 'pglite') {
  print('--database has to be postgres or pglite.');
  process.exit(2);
}
const options: TortureOptions = {
  database,
  forMs: values.seconds === undefined ? number('minutes') * 60_000 : number('seconds') * 1_000,
  everyMs: number('every'),
  nodes: number('nodes'),
  clients: number('clients'),
  usersEach: number('users'),
  print,
};
const reports = [];
// On Postgres half of the time on a database that is serializable by default.
const kinds = database === 'postgres' ? [false, true] : [false];
for (const serializable of kinds)
  reports.push(await torture({ ...options, serializable, forMs: options.forMs / kinds.length }));
const report = summed(reports);
end(report, isKept(report, database));
