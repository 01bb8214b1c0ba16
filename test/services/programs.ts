import { accessSync, constants, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const { platform, arch } = process;

/**
 * Where a program comes from: a package of Debian, or one of npm that holds it for this machine, as
 * a dependency of the named one.
 */
type Source =
  | { readonly debian: string }
  | { readonly npm: readonly [named: string, forThisMachine: string, path: string] };

/**
 * Programs that some tests need and `npm test` does not bring, and the setting that names another
 * place for each.
 */
export const programs = {
  'redis-server': { debian: 'redis-server', setting: 'REDIS_SERVER_PATH' },
  kcat: { debian: 'kcat', setting: 'KCAT_PATH' },
  pgbouncer: { debian: 'pgbouncer', setting: 'PGBOUNCER_PATH' },
  postgres: { debian: 'postgresql', setting: 'POSTGRES_PATH' },
  python3: { debian: 'python3', setting: 'PYTHON3_PATH' },
  chromium: { debian: 'chromium', setting: 'CHROME_PATH' },
  deno: {
    npm: ['deno', `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`, 'deno'],
    setting: 'DENO_PATH',
  },
  bun: {
    npm: ['bun', `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`, 'bin/bun'],
    setting: 'BUN_PATH',
  },
  workerd: {
    npm: [
      'workerd',
      `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`,
      'bin/workerd',
    ],
    setting: 'WORKERD_PATH',
  },
} as const satisfies Readonly<Record<string, Source & { readonly setting: string }>>;

export type Program = keyof typeof programs;

/** Where the program is, or null. */
export function find(program: Program): string | null {
  const source: Source & { setting: string } = programs[program];
  const given = process.env[source.setting];
  return (
    (given ? [given] : 'npm' in source ? inPackage(...source.npm) : inPath(program)).find(
      executable,
    ) ?? null
  );
}

/** Debian puts servers where only root's `PATH` looks, and Postgres where none does. */
const inPath = (name: string): string[] =>
  [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    ...versionsIn('/usr/lib/postgresql'),
  ].map((folder) => join(folder, name));

function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((version) => join(folder, version, 'bin'));
  } catch {
    return [];
  }
}

function inPackage(named: string, forThisMachine: string, path: string): string[] {
  try {
    const ours = createRequire(new URL('../runtimes/programs/package.json', import.meta.url));
    return [
      join(
        dirname(
          createRequire(ours.resolve(`${named}/package.json`)).resolve(
            `${forThisMachine}/package.json`,
          ),
        ),
        path,
      ),
    ];
  } catch {
    return []; // not installed
  }
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Set for the rest of a run where there is no Postgres. */
export const WITHOUT_POSTGRES = 'TEST_WITHOUT_POSTGRES';
/** Every test on Postgres says so in its name, or in that of a suite around it. */
export const onPostgres = /postgres/i;

export const needs = (program: Program): string => ` [needs ${program}]`;

/**
 * A suite that needs a program. Without it the suite is left out, and the summary of the run says
 * so (`left-out.ts`); with `REQUIRE_SERVICES=1`, as in `.ci/run`, its absence is a failure.
 */
export function describeWith(program: Program, name: string, suite: () => void): void {
  if (find(program) !== null) describe(name, suite);
  else if (process.env.REQUIRE_SERVICES === '1') {
    describe(name, () => {
      it(`finds ${program}`, () =>
        expect.fail(`${program} is not installed: ${installCommand([program])}`));
    });
  } else describe.skipIf(true)(name + needs(program), suite);
}

export function installCommand(missing: readonly Program[]): string {
  const sources = missing.map((program): Source => programs[program]);
  const debian = sources.flatMap((source) => ('debian' in source ? [source.debian] : []));
  return [
    ...(debian.length > 0 ? [`apt-get install -y ${debian.join(' ')}`] : []),
    ...(debian.length < sources.length ? ['pnpm install --filter @aiw3/test-runtimes'] : []),
  ].join(' && ');
}
