import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from './db.ts';
import { databaseUnavailable, undoneBy } from './errors.ts';
import { serial } from './serial.ts';

/** The isolation that all statements here are written for, whatever the server's default is. */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/** One connection that nobody else uses meanwhile. */
export interface TransactionSession {
  readonly sql: Sql;
  /** Runs the command and resolves with the tag that the server answered. */
  control(command: typeof BEGIN | 'COMMIT' | 'ROLLBACK'): Promise<string>;
}

const over = (): NftUpgradeError =>
  new NftUpgradeError('internal', {
    message: 'The transaction has ended, and one more statement was sent in it.',
    hint: 'Await every statement before the function given to tx() returns.',
    retryable: false,
  });

/** Runs `work` in a transaction of the session. See `Db.tx`. */
export async function inTransaction<T>(
  session: TransactionSession,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const inTurn = serial();
  let ended = false;
  // Refused once it is over: the connection may already be in the transaction of somebody else.
  const sql: Sql = (text, parameters, name) =>
    ended ? Promise.reject(over()) : inTurn(() => session.sql(text, parameters, name));

  await session.control(BEGIN);
  let value: T;
  try {
    value = await work(sql);
  } catch (error) {
    ended = true;
    // A rollback that fails changes nothing: the connection is dropped, and the server rolls back.
    // The first error says more.
    await inTurn(() => session.control('ROLLBACK')).catch(() => undefined);
    throw error;
  }
  ended = true;
  const answer = await inTurn(() => session.control('COMMIT')).catch(async (error: unknown) => {
    // The session may be used again, so it has to be out of the transaction.
    await inTurn(() => session.control('ROLLBACK')).catch(() => undefined);
    // A COMMIT that was answered with a rollback has left nothing behind.
    if (!isNftUpgradeError(error) || undoneBy(error) !== null) throw error;
    throw databaseUnavailable(error, { outcome: 'unknown' });
  });
  // Postgres answers COMMIT of a transaction in which a statement failed with ROLLBACK, and without
  // an error.
  if (answer !== 'COMMIT')
    throw new NftUpgradeError('transaction_rolled_back', { details: { answer } });
  return value;
}
