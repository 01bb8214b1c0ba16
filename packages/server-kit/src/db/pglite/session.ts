import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { PGlite } from '@electric-sql/pglite';
import { databaseUnavailable, troubleOf } from '../errors.ts';
import type { TransactionSession } from '../transaction.ts';
import { withTurn } from './yield.ts';

/**
 * A simple query as it goes over the wire:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
function queryMessage(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const message = new Uint8Array(body.length + 6);
  message[0] = 'Q'.charCodeAt(0);
  new DataView(message.buffer).setUint32(1, body.length + 5);
  message.set(body, 5);
  return message;
}

/**
 * PGlite adds the text and the parameters of the statement to its errors: they hold data of users,
 * and errors are logged.
 */
function withoutParameters(error: unknown): unknown {
  if (typeof error === 'object' && error !== null)
    for (const name of ['query', 'params', 'queryOptions']) Reflect.deleteProperty(error, name);
  return error;
}

/**
 * The one session that PGlite has. The caller sees to it that only one runs at a time. `check`
 * throws when nothing may be acknowledged any more.
 */
export function createSession(database: PGlite, check: () => void): TransactionSession {
  const guarded = <T>(query: () => Promise<T>): Promise<T> =>
    withTurn(async () => {
      check();
      try {
        return await query();
      } catch (error) {
        throw troubleOf(error) === null ? withoutParameters(error) : databaseUnavailable(error);
      } finally {
        // After the query too: an fsync may have failed in it.
        check();
      }
    });

  return {
    sql: async <Row extends object>(
      text: string,
      parameters?: readonly unknown[],
    ): Promise<Row[]> => {
      if (parameters !== undefined && parameters.length > 0) {
        const { rows } = await guarded(() => database.query<Row>(text, [...parameters]));
        return rows;
      }
      const results = await guarded(() => database.exec(text));
      // The caller states the shape of the rows, as with every driver.
      return results.flatMap(({ rows }) => rows as Row[]);
    },
    // Through the protocol, because query() and exec() do not show the tag: of COMMIT it says
    // whether it was one.
    control: async (command) => {
      const { messages } = await guarded(() => database.execProtocol(queryMessage(command)));
      for (const message of messages) {
        if (
          message.name === 'commandComplete' &&
          'text' in message &&
          typeof message.text === 'string'
        )
          return message.text;
      }
      throw new NftUpgradeError('internal', { message: `The database did not answer ${command}.` });
    },
  };
}
