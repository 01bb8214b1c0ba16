import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Client, PoolConfig, QueryResult } from 'pg';
import { again, isOneStatement } from './again.ts';
import { checkChannel } from './channel.ts';
import type { Db, Sql } from './db.ts';
import { closedError, databaseUnavailable, troubleOf } from './errors.ts';
import { optionalPackage } from './optional.ts';
import { encodeParameters, parseBigint } from './parameters.ts';
import { exclusively } from './postgres/exclusive.ts';
import { inspect, notDirect, pooledRefusal, pooledWarning } from './postgres/inspect.ts';
import { createListener } from './postgres/listener.ts';
import { troubles } from './sql-states.ts';
import { inTransaction, type TransactionSession } from './transaction.ts';

/** Where the database is, as `pg` takes it, and how it is used. */
export interface PostgresOptions
  extends Pick<
    PoolConfig,
    | 'connectionString'
    | 'host'
    | 'port'
    | 'database'
    | 'user'
    | 'password'
    | 'ssl'
    | 'application_name'
    | 'idleTimeoutMillis'
  > {
  /**
   * Most connections of the pool, 10 by default. One more is opened for LISTEN, which needs a
   * session of its own. Through PgBouncer in transaction mode, which has none, readers look once a
   * second instead.
   */
  max?: number;
  /**
   * Where Postgres itself is, if the rest leads to a pooler of transactions: LISTEN and migrations,
   * which need a session of their own, go there. Default: the same way.
   */
  directConnectionString?: string;
  /**
   * Milliseconds to wait for a connection, a new one or a free one of the pool; 10 000 by default.
   * Then `database_unavailable`.
   */
  connectionTimeoutMillis?: number;
  /**
   * Milliseconds after which the server cancels a statement (SQLSTATE 57014); 60 000 by default, 0
   * for never. Five seconds later the connection counts as lost. A transaction in which nothing is
   * sent for as long is ended by the server (25P03): a frozen process must not keep its locks.
   */
  statementTimeoutMs?: number;
  /**
   * Keeps the statements of each step prepared on the connections, which halves their cost. Default
   * true. Behind PgBouncer in transaction mode, which is recognised, they are never prepared.
   */
  prepare?: boolean;
  /**
   * Receives errors of connections that were lost while nobody waited for them. Nothing has to be
   * done: they are opened again.
   */
  onError?: (error: NftUpgradeError) => void;
}

/** Where nothing is heard, readers are told to look, as after a lost connection. */
const LOOK_MS = 1_000;
const listenByLooking = (_channel: string, onMessage: (payload: string) => void) => {
  const timer = setInterval(() => onMessage(''), LOOK_MS).unref();
  return async () => clearInterval(timer);
};

/** OID of `int8`, which `pg` gives as text. */
const int8 = 20;
const graceMs = 5_000;

const count = (name: string, value: number, least: number): number => {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new NftUpgradeError('invalid_option', {
    message: `${name} has to be a whole number from ${least} upwards.`,
    details: { [name]: value },
  });
};

/**
 * A database on a Postgres server, from version 13, for any number of processes. Connects before it
 * resolves.
 * @throws NftUpgradeError `missing_capability` without the package `pg`, `database_unavailable`,
 *   `invalid_option`
 */
export async function postgres(options: PostgresOptions): Promise<Db> {
  const {
    max = 10,
    directConnectionString,
    connectionTimeoutMillis = 10_000,
    statementTimeoutMs = 60_000,
    prepare = true,
    onError,
    ...where
  } = options;
  const pg = await optionalPackage('pg', () => import('pg'));
  const timeout = count('statementTimeoutMs', statementTimeoutMs, 0);

  const report = (error: NftUpgradeError) => {
    try {
      onError?.(error);
    } catch {
      // A hook of the host must not end the process (an error event without a listener would).
    }
  };
  let pooled = false;
  const config: PoolConfig = {
    ...where,
    max: count('max', max, 1),
    connectionTimeoutMillis: count('connectionTimeoutMillis', connectionTimeoutMillis, 1),
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 && format !== 'binary' ? parseBigint : pg.types.getTypeParser(oid, format),
    },
    ...(timeout > 0 && { query_timeout: timeout + graceMs }),
    // By SET rather than as a start-up parameter, which PgBouncer refuses. A server may have
    // another isolation as its default, under which single statements, too, would run into each
    // other.
    verify: (client, done) => {
      // A pooler of transactions gives the session to others, who would inherit it.
      if (pooled) {
        done();
        return;
      }
      const isolation = `SET default_transaction_isolation = 'read committed'`;
      const idle = `SET idle_in_transaction_session_timeout = ${timeout}`;
      const text = `SET statement_timeout = ${timeout}; ${idle}; ${isolation}`;
      client.query(text, [], (error) => done(error));
    },
  };
  const { query_timeout: _, ...unbounded } = config;
  const direct: PoolConfig = {
    ...unbounded,
    ...(directConnectionString !== undefined && { connectionString: directConnectionString }),
  };
  try {
    // Reads the options as each connection of the pool will: a wrong one would otherwise be thrown,
    // with the string in it, by the first statement.
    for (const one of [config, direct]) new pg.Client(one);
  } catch {
    throw new NftUpgradeError('invalid_option', {
      message: 'The connection string or the options beside it cannot be read.',
      hint:
        'It looks like postgres://user:password@host:5432/database; special characters in it ' +
        'are percent-encoded.',
    });
  }
  const pool = new pg.Pool(config);
  pool.on('error', (error) => report(databaseUnavailable(error)));
  // While `verify` runs, neither the pool nor the caller listens, and an error without a listener
  // ends the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));

  const use = async <T>(work: (session: TransactionSession) => Promise<T>): Promise<T> => {
    const client = await pool.connect().catch((error: unknown) => {
      throw databaseUnavailable(error);
    });
    let broken = false;
    let unsure = false;
    // The pool listens only to idle clients: without this one the error of a busy client ends the
    // process.
    const onLoss = () => {
      broken = true;
    };
    client.on('error', onLoss);
    const run = async (
      text: string,
      parameters?: readonly unknown[],
      name?: string,
    ): Promise<QueryResult[]> => {
      const values =
        parameters === undefined || parameters.length === 0
          ? undefined
          : encodeParameters(text, parameters);
      try {
        const answer: QueryResult | QueryResult[] = await (values === undefined ||
        name === undefined ||
        !prepare ||
        pooled
          ? client.query(text, values)
          : client.query({ name, text, values }));
        return Array.isArray(answer) ? answer : [answer];
      } catch (error) {
        // The error comes before the new status of the session: a script with a BEGIN of its own
        // may have left it inside a transaction.
        unsure = values === undefined;
        const trouble = troubleOf(error);
        if (trouble === null) throw error;
        broken ||= troubles[trouble].discard;
        throw databaseUnavailable(error);
      }
    };
    try {
      return await work({
        sql: async (text, parameters, name) =>
          (await run(text, parameters, name)).flatMap((result) => result.rows),
        async control(command) {
          const answer = await run(command);
          unsure = false;
          return answer.at(-1)?.command ?? '';
        },
      });
    } finally {
      client.off('error', onLoss);
      // The next borrower must not inherit a transaction.
      client.release(broken || unsure || client.getTransactionStatus() !== 'I');
    }
  };

  // The pool forgets those who wait for a connection when it ends: they would wait out
  // connectionTimeoutMillis.
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const borrow = <T>(work: (session: TransactionSession) => Promise<T>): Promise<T> => {
    if (closing !== undefined) return Promise.reject(closedError());
    const result = use(work);
    running.add(result);
    const forget = () => running.delete(result);
    result.then(forget, forget);
    return result;
  };

  const connectTo = async (way: PoolConfig): Promise<Client> => {
    const client: Client = new pg.Client(way);
    // Until somebody else listens, an error of the socket is also the rejection of connect().
    client.on('error', () => undefined);
    await client.connect().catch((error: unknown) => {
      client.end().catch(() => undefined);
      throw databaseUnavailable(error);
    });
    return client;
  };
  const listener = createListener({
    connect: () => connectTo({ ...direct, query_timeout: graceMs }),
    onError: report,
  });
  /** Neither LISTEN nor a long session is to be had. */
  const withoutSession = () => pooled && directConnectionString === undefined;

  const sql: Sql = <Row extends object>(
    text: string,
    parameters?: readonly unknown[],
    name?: string,
  ) => {
    const run = () => borrow((session) => session.sql<Row>(text, parameters, name));
    return isOneStatement(text, parameters) ? again(max, run) : run();
  };
  const close = async () => {
    await listener.close();
    await Promise.allSettled(running);
    await pool.end();
  };
  const db: Db = {
    flavour: 'postgres',
    sql,
    tx: (work) => again(max, () => borrow((session) => inTransaction(session, work))),
    exclusive: async (work) => {
      if (withoutSession()) throw pooledRefusal();
      return exclusively(() => connectTo(direct), work);
    },
    listen: async (channel, onMessage) =>
      withoutSession()
        ? listenByLooking(checkChannel(channel), onMessage)
        : listener.listen(checkChannel(channel), onMessage),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  try {
    const look = (way: PoolConfig) => inspect(() => connectTo({ ...way, query_timeout: graceMs }));
    ({ pooled } = await look(config));
    if (directConnectionString !== undefined && (await look(direct)).pooled) throw notDirect();
    if (withoutSession()) report(pooledWarning());
    await sql('SELECT 1');
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}
