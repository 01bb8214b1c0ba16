import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from './db.ts';
import { sqlState } from './errors.ts';
import type { Migration } from './migrate.ts';

/** A migration as the database knows it. */
export interface Applied {
  readonly id: number;
  readonly name: string;
  /** The least number of migrations that code has to know beside it. */
  readonly least: number;
}

/** What the database has seen. Reads only. */
export async function readApplied(sql: Sql, schema: string): Promise<Applied[]> {
  const [found] = await sql<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${schema}.migration`,
  ]);
  if (!found?.there) return [];
  // A table of former code has no column `least`.
  return sql<Applied>(
    `SELECT id, name, coalesce((to_jsonb(m)->>'least')::int, 0) AS least
      FROM ${schema}.migration m ORDER BY id`,
  );
}

/**
 * The migrations that are still to be applied, in order. Some that this code does not know are no
 * reason to refuse: they only added something, unless one of them says that this code is too old.
 * @throws NftUpgradeError `database_newer`, `invalid_option`
 */
export function judge(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  const least = Math.max(0, ...applied.map((row) => row.least));
  const known = migrations.length;
  if (least > known) {
    const breaking = applied.find((row) => row.least === least);
    throw new NftUpgradeError('database_newer', {
      details: { database: applied.at(-1)?.id, code: known, least, migration: breaking?.name },
    });
  }
  for (const { id, name } of applied) {
    const own = migrations[id - 1];
    if (own !== undefined && own.name !== name)
      throw new NftUpgradeError('invalid_option', {
        message: `Migration ${id} is ${own.name} in the code and ${name} in the database.`,
        hint: 'Never rename or reorder migrations; add one.',
        details: { id, code: own.name, database: name },
      });
  }
  return migrations.slice(applied.length);
}

/** The SQLSTATE behind an error, also where it has become `database_unavailable`. */
export function stateOf(error: unknown): string {
  const reason = isNftUpgradeError(error) ? error.details.reason : sqlState(error);
  return typeof reason === 'string' ? reason : '';
}
