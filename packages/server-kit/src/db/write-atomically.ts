import { createHash } from 'node:crypto';
import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from './db.ts';
import { isUniqueViolation } from './errors.ts';

/**
 * One or several common table expressions, `name as (insert …)`, that write beside another row in
 * one statement. They read `updated`, which holds the id of the operation when that row was
 * written, and nothing when it was not. Names are unique among those that come together.
 */
export interface Statement {
  /** Constant: what differs from call to call is in the values. */
  readonly text: string;
  readonly values: readonly unknown[];
  /**
   * What it means that a row with the same key was there before. Then nothing of the statement is
   * written.
   */
  readonly taken?: { readonly constraints: readonly string[]; error(): NftUpgradeError };
}

/**
 * Writes `updated`, a query that resolves to the id, and everything that goes with it: one
 * statement, so one round trip, and all of it or nothing without BEGIN and COMMIT. Resolves to the
 * row that `updated` wrote, or null. Values are numbered from 1 within each.
 * @throws what a statement names for a row that was there before
 */
export async function writeAtomically<Row extends object = { id: string }>(
  sql: Sql,
  updated: Statement,
  statements: readonly Statement[],
): Promise<Row | null> {
  const all = [updated, ...statements];
  const { text, name } = prepared(all);
  const [row = null] = await sql<Row>(
    text,
    all.flatMap(({ values }) => values),
    name,
  ).catch((error: unknown) => {
    for (const { taken } of all)
      if (taken?.constraints.some((constraint) => isUniqueViolation(error, constraint)))
        throw taken.error();
    throw error;
  });
  return row;
}

/** For what is written beside nothing else. */
export const alone = (operationId: string): Statement => ({
  text: 'select $1::text as id',
  values: [operationId],
});

interface PreparedStatement {
  readonly text: string;
  readonly name: string;
}

/** There are about as many statements as there are kinds of steps. */
const made = new Map<string, PreparedStatement>();

function prepared(statements: readonly Statement[]): PreparedStatement {
  const key = statements.map(({ text }) => text).join('\n');
  const present = made.get(key);
  if (present) return present;
  let before = 0;
  const texts = statements.map(({ text, values }, index) => {
    const numbered = text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + before}`);
    before += values.length;
    return index === 0 ? `updated as (${numbered})` : numbered;
  });
  const text = `with ${texts.join(',\n')} select * from updated`;
  const statement = {
    text,
    name: `nft_upgrade_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
  };
  made.set(key, statement);
  return statement;
}
