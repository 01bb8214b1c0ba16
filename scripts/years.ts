// Years of operations in the large form: a million that have ended beside 50 000 live ones, and
// what every statement of a node touches there. `npm run years -- --ended 100000` for others.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { ended: { type: 'string', default: '1000000' } } });
const file = 'packages/server-kit/src/engine/years.test.ts';
const { status } = spawnSync('pnpm', ['exec', 'vitest', 'run', '--project', 'all', file], {
  cwd: join(import.meta.dirname, '..'),
  env: { ...process.env, YEARS_ENDED: values.ended },
  shell: process.platform === 'win32',
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
