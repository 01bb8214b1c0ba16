import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '../../db/db.ts';
import { pglite } from '../../db/pglite.ts';
import { postgres } from '../../db/postgres.ts';
import { startPostgres } from '../embedded-postgres.ts';

/** What the nodes of a torture work on. */
export interface TortureDatabase {
  /** By which a node opens it. */
  readonly url: string;
  /** Most nodes that can work on it at once. */
  readonly mostNodes: number;
  /**
   * True when the nodes have it open for themselves, so that nobody else can look into it before
   * they have ended.
   */
  readonly isTheirs: boolean;
  open(): Promise<Db>;
  /** Kills it and starts it again; null where it dies with its node. */
  readonly killAndRestart: (() => Promise<void>) | null;
  stop(): Promise<void>;
}

const FOLDER = 'pglite:';

/** Opens what a {@link TortureDatabase} names. */
export const openTortureDatabase = (url: string): Promise<Db> =>
  url.startsWith(FOLDER)
    ? pglite({ folder: url.slice(FOLDER.length) })
    : postgres({ connectionString: url, max: 6, connectionTimeoutMillis: 3_000 });

async function onPostgres(): Promise<TortureDatabase> {
  const server = await startPostgres();
  const url = await server.url();
  return {
    url,
    mostNodes: Number.POSITIVE_INFINITY,
    isTheirs: false,
    open: () => openTortureDatabase(url),
    async killAndRestart() {
      await server.kill9();
      await server.restart();
    },
    stop: () => server.stop(),
  };
}

async function onPglite(): Promise<TortureDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'nft-upgrade-torture-data-'));
  const url = `${FOLDER}${folder}`;
  return {
    url,
    mostNodes: 1,
    isTheirs: true,
    open: () => openTortureDatabase(url),
    killAndRestart: null,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

const databases = { postgres: onPostgres, pglite: onPglite };
export type TortureFlavour = keyof typeof databases;

export const startTortureDatabase = (flavour: TortureFlavour): Promise<TortureDatabase> =>
  databases[flavour]();
