import { createHash } from 'node:crypto';
import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from './db.ts';
import { isUniqueViolation } from './errors.ts';

/**
 * One or several common table expressions, `name as (insert …)`, that write beside another row in
 * one statement. They read `moved`, which holds the id of the operation when that row was written,
 * and nothing when it was not. Names are unique among those that come together.
 */
export interface Part {
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
 * Writes `moved`, a query that resolves to the id, and everything that goes with it: one statement,
 * so one round trip, and all of it or nothing without BEGIN and COMMIT. Resolves to whether `moved`
 * wrote its row. Values are numbered from 1 within each part.
 * @throws whatever a part says that it means when its row was there before
 */
export async function together(sql: Sql, moved: Part, parts: readonly Part[]): Promise<boolean> {
  const all = [moved, ...parts];
  const { text, name } = statementOf(all);
  const rows = await sql(
    text,
    all.flatMap(({ values }) => values),
    name,
  ).catch((error: unknown) => {
    for (const { taken } of parts)
      if (taken?.constraints.some((constraint) => isUniqueViolation(error, constraint)))
        throw taken.error();
    throw error;
  });
  return rows.length > 0;
}

/** For what is written beside nothing else. */
export const alone = (operationId: string): Part => ({
  text: 'select $1::text as id',
  values: [operationId],
});

interface Statement {
  readonly text: string;
  readonly name: string;
}

/** There are about as many statements as there are kinds of steps. */
const made = new Map<string, Statement>();

function statementOf(parts: readonly Part[]): Statement {
  const key = parts.map(({ text }) => text).join('\n');
  const present = made.get(key);
  if (present) return present;
  let before = 0;
  const texts = parts.map(({ text, values }, index) => {
    const numbered = text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + before}`);
    before += values.length;
    return index === 0 ? `moved as (${numbered})` : numbered;
  });
  const text = `with ${texts.join(',\n')} select id from moved`;
  const statement = {
    text,
    name: `nft_upgrade_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
  };
  made.set(key, statement);
  return statement;
}
