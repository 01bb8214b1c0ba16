import { existsSync } from 'node:fs';
import { mkdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { PGlite } from '@electric-sql/pglite';
import { again, isOneStatement } from './again.ts';
import { checkChannel } from './channel.ts';
import type { Db } from './db.ts';
import { closedError } from './errors.ts';
import { optionalPackage } from './optional.ts';
import { encodeParameters } from './parameters.ts';
import {
  diskFailed,
  durableFilesystem,
  durableStartParams,
  syncTree,
  unsupported,
} from './pglite/fsync.ts';
import { createLocalListener } from './pglite/listener.ts';
import { lockFolder } from './pglite/lock.ts';
import { createSession } from './pglite/session.ts';
import { serial } from './serial.ts';
import { inTransaction, type TransactionSession } from './transaction.ts';

/**
 * A folder on the disk, which is created when it is not there, or a database that lives and ends
 * with the object.
 */
export type PgliteOptions = { folder: string } | { memory: true };

const load = () => optionalPackage('@electric-sql/pglite', () => import('@electric-sql/pglite'));

/**
 * Postgres inside this process, for one process at a time: the embedded default. Opening an
 * existing folder takes about 0.2 s, making one some seconds; it holds about half a gigabyte of
 * memory. For several processes, and for real money, use `postgres()`.
 * @throws NftUpgradeError `database_in_use` naming the process that has the folder,
 *   `missing_capability` without the package `@electric-sql/pglite`
 */
export async function pglite(options: PgliteOptions): Promise<Db> {
  if ('memory' in options) {
    const { PGlite } = await load();
    return asDb(await PGlite.create(), { check: () => undefined, release: async () => undefined });
  }
  if (options.folder === '')
    throw new NftUpgradeError('invalid_option', { message: 'folder is empty.' });
  await mkdir(options.folder, { recursive: true });
  const folder = await realpath(options.folder);
  const release = await lockFolder(folder);
  try {
    return await openFolder(folder, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function openFolder(folder: string, release: () => Promise<void>): Promise<Db> {
  const { PGlite } = await load();
  let syncs = 0;
  let refused: unknown;
  let failed: unknown;
  const start = async (dataFolder: string) =>
    PGlite.create({
      fs: await durableFilesystem(dataFolder, {
        onSync: () => {
          syncs++;
        },
        onRefusal: (error) => {
          refused = error;
        },
        onFailure: (error) => {
          failed = error;
        },
      }),
      startParams: durableStartParams(PGlite.defaultStartParams),
    }).catch((error: unknown) => {
      // PGlite says only that it failed to start.
      throw refused === undefined ? error : diskFailed(refused);
    });

  const data = join(folder, 'data');
  if (!existsSync(data)) {
    // Made beside its place and moved there when it is whole: a process killed in between would
    // leave a folder that never opens again.
    const fresh = join(folder, 'data.new');
    await rm(fresh, { recursive: true, force: true });
    await (await start(fresh)).close();
    await syncTree(fresh);
    await rename(fresh, data);
    await syncTree(folder);
  }

  const database = await start(data);
  // The guard relies on internals of PGlite: a commit that causes no fsync means that they have
  // changed.
  syncs = 0;
  await database.query(`SELECT pg_logical_emit_message(true, 'nft_upgrade', 'fsync')`);
  if (syncs === 0) {
    await database.close();
    throw unsupported();
  }
  return asDb(database, {
    check() {
      if (failed !== undefined) throw diskFailed(failed);
    },
    release,
  });
}

interface Folder {
  /** Throws when the disk failed: from then on nothing may be acknowledged. */
  check: () => void;
  release: () => Promise<void>;
}

function asDb(database: PGlite, { check, release }: Folder): Db {
  const inTurn = serial();
  const session = createSession(database, check);
  const exclusive = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      if (database.closed) throw closedError();
      try {
        return await work();
      } finally {
        // A script with its own BEGIN failed half-way: with one session, everybody after it would
        // be inside its transaction.
        if (database.isInTransaction()) await session.control('ROLLBACK');
      }
    });
  const encoding: TransactionSession = {
    ...session,
    sql: async (text, parameters) =>
      session.sql(text, parameters && encodeParameters(text, parameters)),
  };
  const listener = createLocalListener(database, (text) => exclusive(() => session.sql(text)));
  let closing: Promise<void> | undefined;
  const close = () =>
    inTurn(async () => {
      try {
        await database.close();
      } finally {
        await release();
      }
    });

  return {
    flavour: 'pglite',
    sql: <Row extends object>(text: string, parameters?: readonly unknown[]) => {
      const run = () => exclusive(() => encoding.sql<Row>(text, parameters));
      return isOneStatement(text, parameters) ? again(1, run) : run();
    },
    tx: (work) => again(1, () => exclusive(() => inTransaction(encoding, work))),
    // It is the one session anyway, and nothing ends its statements.
    exclusive: (work) =>
      exclusive(() =>
        work({
          flavour: 'pglite',
          sql: encoding.sql,
          tx: (inner) => inTransaction(encoding, inner),
        }),
      ),
    listen: async (channel, onMessage) => listener(checkChannel(channel), onMessage),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
