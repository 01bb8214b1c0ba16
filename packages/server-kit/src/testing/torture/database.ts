import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Db } from '../../db/db.ts';
import { pglite } from '../../db/pglite.ts';
import { postgres } from '../../db/postgres.ts';
import { startPostgres, type TestPostgres } from '../embedded-postgres.ts';

/** What can be done to a server on which the nodes work. */
export interface DatabaseFaults {
  /** Kills it and starts it again. */
  kill(): Promise<void>;
  /** `pg_ctl stop -m immediate`, and starts it again. */
  restart(): Promise<void>;
  /** It takes no writes for so many milliseconds: also in sessions that are open. */
  makeReadOnly(ms: number): Promise<void>;
}

/** What the nodes of a torture work on. */
export interface TortureDatabase {
  /** By which a node opens it. */
  readonly url: string;
  /** Most nodes that can work on it at once. */
  readonly mostNodes: number;
  open(): Promise<Db>;
  /**
   * Null where the nodes have it open for themselves: it dies with them, and nobody else can look
   * into it before they have ended.
   */
  readonly faults: DatabaseFaults | null;
  stop(): Promise<void>;
}

const FOLDER = 'pglite:';

/**
 * Opens what a {@link TortureDatabase} names.
 * @param name of who opens it: by it the database tells their statements apart
 */
export const openTortureDatabase = (url: string, name = 'torture'): Promise<Db> =>
  url.startsWith(FOLDER)
    ? pglite({ folder: url.slice(FOLDER.length) })
    : postgres({
        connectionString: url,
        max: 6,
        connectionTimeoutMillis: 3_000,
        application_name: name,
      });

async function command(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const faultsOf = (server: TestPostgres, url: string): DatabaseFaults => ({
  async kill() {
    await server.kill9();
    await server.restart();
  },
  async restart() {
    await server.stopImmediately();
    await server.restart();
  },
  async makeReadOnly(ms) {
    const set = async (value: 'on' | 'off') => {
      await command(url, `alter system set default_transaction_read_only = ${value}`);
      await command(url, 'select pg_reload_conf()');
    };
    // It may be restarted meanwhile.
    const surely = async (value: 'on' | 'off') => {
      while (
        !(await set(value).then(
          () => true,
          () => false,
        ))
      )
        await sleep(50);
    };
    await surely('on');
    await sleep(ms);
    await surely('off');
  },
});

async function onPostgres({ serializable }: DatabaseSettings): Promise<TortureDatabase> {
  const server = await startPostgres();
  const url = await server.url();
  if (serializable)
    await command(
      url,
      `alter database ${new URL(url).pathname.slice(1)}
        set default_transaction_isolation to serializable`,
    );
  return {
    url,
    mostNodes: Number.POSITIVE_INFINITY,
    open: () => openTortureDatabase(url),
    faults: faultsOf(server, url),
    stop: () => server.stop(),
  };
}

async function onPglite(): Promise<TortureDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'nft-upgrade-torture-data-'));
  const url = `${FOLDER}${folder}`;
  return {
    url,
    mostNodes: 1,
    open: () => openTortureDatabase(url),
    faults: null,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

interface DatabaseSettings {
  /** Its sessions are serializable where nothing else is said. Postgres only, default false. */
  readonly serializable?: boolean;
}

const databases = { postgres: onPostgres, pglite: onPglite };
export type TortureFlavour = keyof typeof databases;

export const startTortureDatabase = (
  flavour: TortureFlavour,
  settings: DatabaseSettings = {},
): Promise<TortureDatabase> => databases[flavour](settings);
