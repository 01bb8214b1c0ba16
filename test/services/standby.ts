import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgres } from '../../packages/server-kit/src/db/postgres.ts';
import { startServer, stopServer } from '../../packages/server-kit/src/testing/postgres-process.ts';
import type { PostgresPrograms } from '../../packages/server-kit/src/testing/postgres-programs.ts';
import { freePort } from './redis.ts';

/** A hot standby that streams from a primary. */
export interface TestStandby {
  /** The same database, on it. */
  readonly url: string;
  /** Begins to make it a primary, as `pg_ctl promote` does. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Copies a running server as `pg_basebackup` does, which not every Postgres brings, and starts the
 * copy. @param url of a database of the primary, as its superuser
 */
export async function startStandby(programs: PostgresPrograms, url: string): Promise<TestStandby> {
  const primary = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'nft-upgrade-standby-'));
  const { as } = programs;
  const own = async (path: string) => {
    if (as.uid !== undefined && as.gid !== undefined) await chown(path, as.uid, as.gid);
  };
  const add = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    await own(join(folder, name));
  };
  const db = await postgres({ connectionString: url });
  await db.exclusive(async ({ sql }) => {
    await sql(`SELECT pg_backup_start('standby', true)`);
    const [where] = await sql<{ data_directory: string }>('SHOW data_directory');
    await promisify(execFile)('cp', ['-a', `${where?.data_directory}/.`, folder]);
    const [end] = await sql<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    await add('backup_label', end?.labelfile ?? '');
  });
  await db.close();
  await add('standby.signal', '');
  await rm(join(folder, 'postmaster.pid'));
  await own(folder);

  const port = await freePort();
  const from = { host: primary.hostname, port: primary.port, user: primary.username };
  const conninfo = Object.entries({ ...from, password: primary.password })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=200',
    `primary_conninfo=${conninfo}`,
  ].flatMap((setting) => ['-c', setting]);
  const log: string[] = [];
  const server = await startServer(programs, folder, ['-p', String(port), ...settings], (line) =>
    log.push(line),
  ).catch((cause: unknown) => {
    throw new Error(`The standby did not start.\n${log.join('')}`, { cause });
  });
  primary.port = String(port);
  return {
    url: primary.href,
    async promote() {
      await add('promote', '');
      server.kill('SIGUSR1');
    },
    async stop() {
      await stopServer(server, 'SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
