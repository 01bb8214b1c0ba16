import { setTimeout as sleep } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, DbSession, Sql } from './db.ts';
import { buildIndex, type IndexDefinition } from './migrate-indexes.ts';
import { judge, readApplied, stateOf } from './migrate-state.ts';
import { ensureSchema } from './schema.ts';

/**
 * One step of the schema. Once it was released it is never changed; a correction is another one.
 */
export interface Migration {
  /** From 1, without a gap. */
  readonly id: number;
  readonly name: string;
  /**
   * One or more statements. They run in one transaction, so nothing that Postgres refuses there,
   * such as CREATE INDEX CONCURRENTLY.
   */
  readonly up: string;
  /** Built before `up`, on Postgres without a lock that writers wait for. */
  readonly indexes?: readonly IndexDefinition[];
  /**
   * The least number of migrations that code has to know to run on a database that has this one.
   * Default 0: it only expands, and code of any age goes on, and may restart.
   */
  readonly least?: number;
}

/** One that gets its number where it stands in a list. */
export type UnnumberedMigration = Omit<Migration, 'id'>;

export interface MigrateOptions {
  /** Where the tables are. Default `nft_upgrade`. */
  schema?: string;
  /** `check` changes nothing, and refuses when something is missing. Default `apply`. */
  mode?: 'apply' | 'check';
  /** Receives what it waits for. Default: nothing is said. */
  log?(message: string): void;
  /** Between two tries for something that another process holds, in milliseconds. Default 250. */
  tryMs?: number;
}

/** Key of the advisory lock: any number, but always the same one. */
const lockKey = 7_246_301_185;
/** Tries, and not waits inside the database: those would hold a snapshot. */
const TRY_MS = 250;
const REPORT_MS = 10_000;
/** DDL that waits for a table makes everybody wait behind it; so it gives way, and comes again. */
const LOCK_TIMEOUT = '3s';
/** 55P03: the table was busy for all of the time above. 40P01: deadlock. */
const passing = new Set(['55P03', '40P01']);

/**
 * Brings the schema up to date: each migration that the database has not seen, in one transaction
 * of its own. Any number of processes may start at once on an empty database; one does the work,
 * the others wait for it. A database that is up to date is only read: that needs no right to create
 * anything. Resolves with the ids that were applied here.
 * @throws NftUpgradeError `database_newer` when the database can no longer be used by this code;
 *   `missing_capability` when something is missing and may not be made here; `invalid_option` when
 *   a migration was renamed or the list has a gap
 */
export async function migrate(
  db: Db,
  migrations: readonly Migration[],
  {
    schema = 'nft_upgrade',
    mode = 'apply',
    log = () => undefined,
    tryMs = TRY_MS,
  }: MigrateOptions = {},
): Promise<number[]> {
  migrations.forEach(({ id }, index) => {
    if (id !== index + 1)
      throw new NftUpgradeError('invalid_option', {
        message: `Migration ${id} stands where ${index + 1} is expected.`,
      });
  });
  const before = judge(migrations, await readApplied(db.sql, schema));
  if (before.length === 0) return [];
  if (mode === 'check') throw missing(schema, before);
  try {
    await ensureSchema(db, schema);
    return await db.exclusive((session) => applyAll(session, migrations, { schema, log, tryMs }));
  } catch (error) {
    // 42501: insufficient privilege.
    throw stateOf(error) === '42501' ? missing(schema, before) : error;
  }
}

const missing = (schema: string, migrations: readonly Migration[]) =>
  new NftUpgradeError('missing_capability', {
    message:
      `The schema ${schema} misses ${migrations.map(({ name }) => name).join(', ')}, and this ` +
      'process may not change it.',
    hint: 'Run nft-upgrade migrate --grant <role of the servers> as the owner of the database.',
    details: { schema, missing: migrations.map(({ id }) => id) },
  });

type How = Required<Omit<MigrateOptions, 'mode'>>;

async function applyAll(
  session: DbSession,
  migrations: readonly Migration[],
  how: How,
): Promise<number[]> {
  const { schema, log } = how;
  await takeLock(session.sql, how);
  try {
    await session.sql(
      `CREATE TABLE IF NOT EXISTS ${schema}.migration (id int PRIMARY KEY, name text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const done: number[] = [];
    for (;;) {
      const [next] = judge(migrations, await readApplied(session.sql, schema));
      if (!next) return done;
      for (const index of next.indexes ?? []) await buildIndex(session, schema, index, log);
      await apply(session, next, how);
      done.push(next.id);
    }
  } finally {
    // The end of the session ends it too; a session that lives on, as on PGlite, must not keep it.
    await session.sql('SELECT pg_advisory_unlock($1::bigint)', [lockKey]).catch(() => undefined);
  }
}

async function takeLock(sql: Sql, { schema, log, tryMs }: How): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += tryMs) {
    const [row] = await sql<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1::bigint) AS taken',
      [lockKey],
    );
    if (row?.taken) return;
    if (waitedMs % REPORT_MS === 0)
      log(`Waiting for the lock on the schema ${schema}: another process is migrating it.`);
    await sleep(tryMs);
  }
}

async function apply(
  session: DbSession,
  { id, name, up, least = 0 }: Migration,
  { schema, log, tryMs }: How,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await session.tx(async (sql) => {
        await sql(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
        await sql(`ALTER TABLE ${schema}.migration
          ADD COLUMN IF NOT EXISTS least int NOT NULL DEFAULT 0`);
        if (up.trim() !== '') await sql(inSchema(up, schema));
        await sql(`INSERT INTO ${schema}.migration (id, name, least) VALUES ($1, $2, $3)`, [
          id,
          name,
          least,
        ]);
      });
    } catch (error) {
      if (!passing.has(stateOf(error))) throw error;
      log(`Migration ${id}, ${name}, waits for a table that is in use: try ${tries + 1} follows.`);
      await sleep(tryMs * Math.min(tries, 20));
    }
  }
}

/** Migrations are written for a schema of the usual name, whatever it is called. */
const inSchema = (text: string, schema: string): string =>
  text.replace(/\bnft_upgrade(_emitter)?\./g, `${schema}.`);
