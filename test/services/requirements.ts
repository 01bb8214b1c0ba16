// What tests need and this machine does not have is found once, before the first of them, and named
// with its cure. They are left out by name; with `REQUIRE_SERVICES=1` they are red.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import {
  find,
  installCommand,
  onPostgres,
  type Program,
  programs,
  WITHOUT_POSTGRES,
} from './programs.ts';

export default function findRequirements({ vitest }: TestProject): void {
  const red = process.env.REQUIRE_SERVICES === '1';
  const outcome = red ? 'red' : 'left out';
  const missing = (Object.keys(programs) as Program[]).filter((program) => find(program) === null);
  if (missing.length > 0)
    console.error(
      ` Not installed: ${missing.join(', ')}. Their tests are ${outcome}. ` +
        `To have them: ${installCommand(missing)}`,
    );
  const why = postgresFault();
  if (why === '') return;
  console.error(` No Postgres: ${why} Its tests are ${outcome}.`);
  if (red || vitest.config.testNamePattern) return;
  process.env[WITHOUT_POSTGRES] = '1';
  vitest.setGlobalTestNamePattern(new RegExp(`^(?!.*${onPostgres.source})`, onPostgres.flags));
}

function postgresFault(): string {
  const program = join(import.meta.dirname, 'try-postgres.ts');
  return execFileSync(process.execPath, ['--conditions=aiw3-source', program], {
    encoding: 'utf8',
  }).trim();
}
