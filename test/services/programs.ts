import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Programs that some tests need and npm does not bring: the Debian package that has each, and the setting that names another place for it. */
export const programs = {
  'redis-server': { debian: 'redis-server', setting: 'REDIS_SERVER_PATH' },
  kcat: { debian: 'kcat', setting: 'KCAT_PATH' },
  python3: { debian: 'python3', setting: 'PYTHON3_PATH' },
  chromium: { debian: 'chromium', setting: 'CHROME_PATH' },
} as const;

export type Program = keyof typeof programs;

/** Where the program is, or null. */
export function find(program: Program): string | null {
  const given = process.env[programs[program].setting];
  const candidates = given ? [given] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return candidates.find(executable) ?? null;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const needs = (program: Program): string => ` [needs ${program}]`;

/**
 * A suite that needs a program. Without it the suite is left out, and the summary of the run says so (`left-out.ts`); with `REQUIRE_SERVICES=1`, as in
 * `.ci/run`, its absence is a failure.
 */
export function describeWith(program: Program, name: string, suite: () => void): void {
  if (find(program) !== null) describe(name, suite);
  else if (process.env.REQUIRE_SERVICES === '1') {
    describe(name, () => {
      it(`finds ${program}`, () => expect.fail(`${program} is not installed: ${installCommand([program])}`));
    });
  } else describe.skipIf(true)(name + needs(program), suite);
}

export const installCommand = (missing: readonly Program[]): string =>
  `apt-get install -y ${missing.map((program) => programs[program].debian).join(' ')}`;
