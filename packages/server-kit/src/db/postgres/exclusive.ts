import type { Client, QueryResult } from 'pg';
import type { DbSession, Sql } from '../db.ts';
import { databaseUnavailable, troubleOf } from '../errors.ts';
import { encodeParameters } from '../parameters.ts';
import { inTransaction } from '../transaction.ts';

/** Work on a connection of its own, without the timeouts of the pool. */
export async function exclusively<T>(
  connect: () => Promise<Client>,
  work: (session: DbSession) => Promise<T>,
): Promise<T> {
  const client = await connect();
  const run = async (text: string, parameters?: readonly unknown[]): Promise<QueryResult[]> => {
    try {
      const answer: QueryResult | QueryResult[] = await client.query(
        text,
        parameters?.length ? encodeParameters(text, parameters) : undefined,
      );
      return Array.isArray(answer) ? answer : [answer];
    } catch (error) {
      throw troubleOf(error) === null ? error : databaseUnavailable(error);
    }
  };
  const sql: Sql = async (text, parameters) =>
    (await run(text, parameters)).flatMap((result) => result.rows);
  const session = {
    sql,
    control: async (command: string) => (await run(command)).at(-1)?.command ?? '',
  };
  try {
    // The role, or the database, may have a timeout of its own.
    await run('SET statement_timeout = 0; SET lock_timeout = 0');
    await run('SET idle_in_transaction_session_timeout = 0');
    return await work({
      flavour: 'postgres',
      sql,
      tx: (inner) => inTransaction(session, inner),
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
