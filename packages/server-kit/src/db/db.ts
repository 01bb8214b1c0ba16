/**
 * Runs a statement with `$1`-style parameters and resolves with its rows. Without parameters the
 * text may hold several statements, separated by semicolons; the rows of all of them come back, in
 * order.
 *
 * A statement with a name, always the same for the same text, may be kept prepared by the
 * connection, which saves the server most of its work for it. That is for lookups by key, whose
 * plan stays right when tables grow; `parameters` are needed then. Code that passes statements on
 * may leave the name out.
 */
export type Sql = <Row extends object = Record<string, unknown>>(
  text: string,
  parameters?: readonly unknown[],
  name?: string,
) => Promise<Row[]>;

/** One session, whose settings and locks stay from one statement to the next. */
export type DbSession = Pick<Db, 'flavour' | 'sql' | 'tx'>;

/**
 * What the kit needs of a database: the only thing that differs between Postgres on many machines
 * and PGlite in the process.
 *
 * Values: `timestamptz` comes back as `Date`, `jsonb` as parsed JSON, `bigint` as `number` when it
 * is a safe integer and as `bigint` when not. A plain object as a parameter is sent as JSON. An
 * array can be JSON or a Postgres array, so its parameter needs the cast that says which:
 * `$1::jsonb` or `$1::text[]`; without one the call is refused. `undefined` is sent as null.
 */
export interface Db {
  readonly flavour: 'postgres' | 'pglite';
  /**
   * One statement in its own transaction. @throws NftUpgradeError `database_unavailable` when no
   * answer can be had, and for every state of the database that is no fault of the statement, named
   * in `details.trouble`; errors of the statement as the driver gives them
   */
  readonly sql: Sql;
  /**
   * Commits when `work` resolves, rolls back when it rejects. Resolves only after a real COMMIT.
   * The isolation is read committed. `work` is run again, a few times, when the server has rolled
   * it back for another transaction, or the session has to be replaced: it should do nothing but
   * send statements. Inside `work` use only the `sql` it is given: PGlite has one session, so
   * `db.sql` would wait there for the transaction that waits for it.
   * @throws NftUpgradeError `transaction_rolled_back` when `work` resolved although a statement in
   *   it had failed; `database_unavailable` with `details.outcome` `unknown` when the connection
   *   was lost during COMMIT
   */
  tx<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Work on one session of its own that no timeout ends: for migrations, whose statements may take
   * hours, or may not run in a transaction. Inside use only what it is given.
   */
  exclusive<T>(work: (session: DbSession) => Promise<T>): Promise<T>;
  /**
   * Calls `onMessage` for each NOTIFY on the channel; listens again by itself after a lost
   * connection, and then calls it once with an empty payload, so that readers read again.
   * Notifications may be lost: they are hints. Resolves with the function that ends it.
   */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  /** Waits for what is running and lets go of the database. A second call does nothing. */
  close(): Promise<void>;
}
