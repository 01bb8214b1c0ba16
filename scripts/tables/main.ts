// Runs the generated tables and counts their cells by what ran. `npm run tables -- T7` for some,
// `--json` for one line at the end: {"tables":[{"name","cells","ran","impossible","open"}]}.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tables } from './tables.ts';

const root = join(import.meta.dirname, '../..');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const chosen = Object.entries(tables).filter(
  ([name]) => wanted.length === 0 || wanted.includes(name),
);

/** What is read of vitest's JSON report. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
      readonly meta?: {
        readonly table?: { name: string; cells: number; impossible: number; open: number };
        readonly cell?: { table: string; id: string };
      };
    }[];
  }[];
}

function run(): Report {
  const folder = mkdtempSync(join(tmpdir(), 'tables-'));
  const file = join(folder, 'report.json');
  try {
    const files = chosen.map(([, table]) => table.file);
    const options = ['--project', 'all', '--reporter=json', `--outputFile=${file}`];
    const { stderr } = spawnSync('pnpm', ['exec', 'vitest', 'run', ...options, ...files], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (stderr) console.error(stderr);
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { testResults } = run();
const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
const failed = tests.filter(({ status }) => status !== 'passed');
for (const { title, failureMessages = [] } of failed)
  console.error(`${title}\n  ${failureMessages[0]?.split('\n')[0] ?? 'did not run'}`);
for (const { message } of testResults) if (message) console.error(message);

const counted = chosen.map(([name]) => {
  const found = tests.find(({ meta }) => meta?.table?.name === name)?.meta?.table;
  const ran = tests.filter(({ status, meta }) => status === 'passed' && meta?.cell?.table === name);
  const { cells = 0, impossible = 0, open = 0 } = found ?? {};
  return {
    name,
    cells,
    ran: new Set(ran.map(({ meta }) => meta?.cell?.id)).size,
    impossible,
    open,
  };
});
if (process.argv.includes('--json')) console.log(JSON.stringify({ tables: counted }));
else
  for (const { name, cells, ran, impossible, open } of counted)
    console.log(
      `${name.padEnd(4)} ${cells} cells: ${ran} ran, ${impossible} impossible, ${open} open`,
    );

const whole = counted.every(
  ({ cells, ran, impossible, open }) => cells > 0 && cells === ran + impossible + open,
);
process.exit(counted.length > 0 && whole && failed.length === 0 ? 0 : 1);
