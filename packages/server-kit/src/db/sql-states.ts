/**
 * What an answer of the server says of the database rather than of the statement:
 *
 * - `gone`: it is away, or has no room, memory or connections. The session is lost; whether the
 *   statement was carried out may be unknown.
 * - `read_only`: it takes no writes, as a standby does after a failover. Another session may lead
 *   to the new primary.
 * - `cancelled`: it gave the statement up, for its time or for a lock. Nothing of it was written.
 * - `rolled_back`: it ran into another transaction. Nothing of it was written.
 * - `stale_session`: the session remembers a prepared statement that the server does not, or not in
 *   this form. Nothing was written; a new session knows better.
 * - `refused`: wrong user, password or database name. Waiting does not help.
 */
export type Trouble = keyof typeof troubles;

/** What is done about each. */
interface Handling {
  /** Nothing was written, for certain, and the same may work at once: it is run again. */
  readonly again: boolean;
  /** The connection is not used any more. */
  readonly discard: boolean;
  /** Without a message: that of `database_unavailable`. */
  readonly message?: string;
  readonly hint?: string;
  readonly retryable: boolean;
}

const handling = <const K extends string>(kinds: Readonly<Record<K, Handling>>) => kinds;

export const troubles = handling({
  gone: { again: false, discard: true, retryable: true },
  read_only: {
    again: false,
    discard: true,
    retryable: true,
    message: 'The database takes no writes now.',
    hint: 'Let the connection lead to the primary; work goes on by itself.',
  },
  cancelled: {
    again: false,
    discard: false,
    retryable: true,
    message: 'The database gave a statement up: it took too long, or a lock was not free.',
    hint: 'Look for what blocks or slows it down; work goes on by itself.',
  },
  rolled_back: {
    again: true,
    discard: false,
    retryable: true,
    message: 'The database rolled a transaction back that ran into others, several times.',
    hint: 'Wait and try again; nothing was written.',
  },
  stale_session: {
    again: true,
    discard: true,
    retryable: true,
    message: 'The sessions of the database do not know their prepared statements.',
    hint: 'Behind a pooler that does not keep them, open it with `prepare: false`.',
  },
  refused: {
    again: false,
    discard: true,
    retryable: false,
    message: 'The database refused the connection.',
    hint: 'Check user, password and database name in the connection string.',
  },
});

/**
 * Every SQLSTATE that is no fault of a statement. One that ends with `000` stands for the rest of
 * its class too, as the standard has it. Everything that is not here is an error of the program.
 *
 * Names: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const sqlStates = {
  // Connection exception, the whole class. Poolers use it as well: PgBouncer answers 08P01.
  '08000': 'gone',
  '08006': 'gone',
  '08007': 'gone',
  '08P01': 'gone',
  // feature_not_supported, but only as "cached plan must not change result type".
  '0A000': 'stale_session',
  // read_only_sql_transaction
  '25006': 'read_only',
  // idle_in_transaction_session_timeout, transaction_timeout: the server ended the session.
  '25P03': 'gone',
  '25P04': 'gone',
  // invalid_sql_statement_name: another session, behind a pooler, prepared it.
  '26000': 'stale_session',
  // Invalid authorization specification, the whole class; invalid_catalog_name.
  '28000': 'refused',
  '3D000': 'refused',
  // Transaction rollback, the whole class: serialization_failure and deadlock_detected above all.
  '40000': 'rolled_back',
  '40001': 'rolled_back',
  '40P01': 'rolled_back',
  // statement_completion_unknown
  '40003': 'gone',
  // duplicate_prepared_statement: another client, behind a pooler, prepared it.
  '42P05': 'stale_session',
  // Insufficient resources, the whole class: disk, memory, connections.
  '53000': 'gone',
  '53100': 'gone',
  '53200': 'gone',
  '53300': 'gone',
  // lock_not_available
  '55P03': 'cancelled',
  // Operator intervention, the whole class; query_canceled is also what a statement timeout says.
  '57000': 'gone',
  '57014': 'cancelled',
  // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout
  '57P01': 'gone',
  '57P02': 'gone',
  '57P03': 'gone',
  '57P04': 'gone',
  '57P05': 'gone',
  // System error, external to Postgres, the whole class: input and output above all.
  '58000': 'gone',
  '58030': 'gone',
} as const satisfies Readonly<Record<string, Trouble>>;

export type SqlState = keyof typeof sqlStates;

const known: Readonly<Record<string, Trouble>> = sqlStates;

/** Where in the server the one meaning of 0A000 comes from; its message may be translated. */
const STALE_PLAN = 'RevalidateCachedQuery';

/**
 * Null for an error of the program.
 * @param routine the function of the server that reported it
 */
export function troubleOfState(state: string, routine: string | undefined): Trouble | null {
  if (state === '0A000') return routine === STALE_PLAN ? (known[state] ?? null) : null;
  return known[state] ?? known[`${state.slice(0, 2)}000`] ?? null;
}
