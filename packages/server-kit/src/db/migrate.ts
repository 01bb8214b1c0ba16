import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from './db.ts';
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
}

/** Key of the advisory lock: any number, but always the same one. */
const lockKey = 7_246_301_185;

/**
 * Brings the schema `nft_upgrade` up to date: each migration that the database has not seen, in one
 * transaction of its own. Any number of processes may start at once on an empty database; one does
 * the work, the others wait for it. Resolves with the ids that were applied here.
 * @throws NftUpgradeError `database_newer` when the database has migrations that this code does not
 *   know; `invalid_option` when a migration was renamed or the list has a gap
 */
export async function migrate(db: Db, migrations: readonly Migration[]): Promise<number[]> {
  migrations.forEach(({ id }, index) => {
    if (id !== index + 1)
      throw new NftUpgradeError('invalid_option', {
        message: `Migration ${id} stands where ${index + 1} is expected.`,
      });
  });
  await ensureSchema(db, 'nft_upgrade');
  const done: number[] = [];
  for (;;) {
    const id = await db.tx((sql) => applyNext(sql, migrations));
    if (id === undefined) return done;
    done.push(id);
  }
}

async function applyNext(sql: Sql, migrations: readonly Migration[]): Promise<number | undefined> {
  // Held until the end of the transaction.
  await sql('SELECT pg_advisory_xact_lock($1::bigint)', [lockKey]);
  await sql(
    `CREATE TABLE IF NOT EXISTS nft_upgrade.migration (id int PRIMARY KEY, name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const applied = await sql<{ id: number; name: string }>(
    'SELECT id, name FROM nft_upgrade.migration ORDER BY id',
  );
  for (const { id, name } of applied) {
    const known = migrations[id - 1];
    if (known === undefined) {
      throw new NftUpgradeError('database_newer', {
        details: { database: applied.at(-1)?.id, code: migrations.length, migration: name },
      });
    }
    if (known.name !== name) {
      throw new NftUpgradeError('invalid_option', {
        message: `Migration ${id} is ${known.name} in the code and ${name} in the database.`,
        hint: 'Never rename or reorder migrations; add one.',
        details: { id, code: known.name, database: name },
      });
    }
  }
  const next = migrations[applied.length];
  if (next === undefined) return undefined;
  await sql(next.up);
  await sql('INSERT INTO nft_upgrade.migration (id, name) VALUES ($1, $2)', [next.id, next.name]);
  return next.id;
}
