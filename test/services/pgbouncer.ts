import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresPrograms } from '../../packages/server-kit/src/testing/postgres-programs.ts';
import { find } from './programs.ts';
import { freePort } from './redis.ts';

export type PoolMode = 'session' | 'transaction' | 'statement';

/** PgBouncer on 127.0.0.1 and a free port, before a Postgres server. */
export interface TestPgBouncer {
  /** The same database, through it. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param url of a database of the server behind it
 * @param connectQuery runs once on each session, before anybody has it
 */
export async function startPgBouncer(
  url: string,
  pool_mode: PoolMode,
  connectQuery?: string,
): Promise<TestPgBouncer> {
  const server = new URL(url);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'nft-upgrade-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  const behind = {
    host: server.hostname,
    port: server.port,
    user: server.username,
    password: server.password,
    ...(connectQuery !== undefined && { connect_query: `'${connectQuery}'` }),
  };
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode,
  };
  const lines = (of: object, between: string) =>
    Object.entries(of)
      .map(([name, value]) => `${name}=${value}`)
      .join(between);
  await writeFile(
    file,
    `[databases]\n* = ${lines(behind, ' ')}\n[pgbouncer]\n${lines(settings, '\n')}\n`,
    { mode: 0o600 },
  );
  // It refuses to be run by root.
  const { as } = await postgresPrograms();
  if (as.uid !== undefined && as.gid !== undefined)
    for (const path of [folder, file]) await chown(path, as.uid, as.gid);
  const bouncer = spawn(find('pgbouncer') ?? 'pgbouncer', [file], {
    ...as,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const orphaned = () => void bouncer.kill('SIGKILL');
  process.once('exit', orphaned);
  await new Promise<void>((resolve, reject) => {
    let log = '';
    bouncer.once('error', reject);
    bouncer.once('exit', () => reject(new Error(`PgBouncer ended.\n${log.slice(-500)}`)));
    bouncer.stderr.on('data', (data) => {
      if (log.length < 10_000) log += data;
      if (log.includes('process up')) resolve();
    });
  });
  return {
    url: `postgres://somebody:anything@127.0.0.1:${port}${server.pathname}`,
    async stop() {
      process.off('exit', orphaned);
      const gone = once(bouncer, 'exit');
      bouncer.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
