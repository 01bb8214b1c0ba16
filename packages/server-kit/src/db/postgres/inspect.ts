import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Client, QueryResult } from 'pg';
import { databaseUnavailable } from '../errors.ts';

/** What stands between this process and the database. */
export interface Inspected {
  /** A pooler that gives each transaction another session. */
  readonly pooled: boolean;
}

/** A notification takes milliseconds; through a pooler of transactions it never comes. */
const ECHO_MS = 1_500;

const refused = (message: string, hint: string) =>
  new NftUpgradeError('database_unavailable', { message, hint });

export const pooledWarning = () =>
  new NftUpgradeError('missing_capability', {
    message:
      'The connection leads through a pooler that gives each transaction another session, as ' +
      'PgBouncer does with pool_mode = transaction. LISTEN and prepared statements do not work ' +
      'there: they are left out, and streams look once a second.',
    hint:
      'Name Postgres itself in directConnectionString, for wake-ups at once and for migrations; ' +
      'or pass a wake bus, and run nft-upgrade migrate on a direct connection.',
  });

export const notDirect = () =>
  new NftUpgradeError('invalid_option', {
    message: 'directConnectionString leads through a pooler that shares sessions.',
    hint: 'Let it lead to Postgres itself, past the pooler.',
  });

export const pooledRefusal = () =>
  new NftUpgradeError('missing_capability', {
    message: 'Tables cannot be made through a pooler that gives each transaction another session.',
    hint:
      'Run nft-upgrade migrate with a DATABASE_URL that leads to Postgres itself, or name it in ' +
      'directConnectionString.',
  });

/**
 * Looks at the session before anything relies on it.
 * @param connect makes a connection as others will be
 * @throws NftUpgradeError `database_unavailable` for a database that takes no writes, and for a
 *   pooler that takes no transactions, with what to do; `invalid_option` where the isolation cannot
 *   be set by us and is another
 */
export async function inspect(connect: () => Promise<Client>): Promise<Inspected> {
  const client = await connect();
  try {
    return await lookAt(client, connect);
  } catch (error) {
    throw databaseUnavailable(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function lookAt(client: Client, connect: () => Promise<Client>): Promise<Inspected> {
  const { rows } = await client.query<{
    pid: number;
    standby: boolean;
    readonly: boolean;
    isolation: string;
  }>(
    `SELECT pg_backend_pid() AS pid, pg_is_in_recovery() AS standby,
      current_setting('default_transaction_read_only') = 'on' AS readonly,
      current_setting('default_transaction_isolation') AS isolation`,
  );
  const [seen] = rows;
  if (seen?.standby)
    throw refused(
      'The database is a read replica: it takes no writes.',
      'Let the connection string lead to the primary.',
    );
  if (seen?.readonly)
    throw refused(
      'The sessions of this role are read-only: default_transaction_read_only is on.',
      'Turn it off for the role, the database or the pooler, or connect with another role.',
    );
  // A pooler answers for the server, under a number of its own.
  if (seen?.pid === Reflect.get(client, 'processID')) return { pooled: false };
  await refuseStatementMode(client);
  if (await keepsSession(client, connect)) return { pooled: false };
  if (seen?.isolation !== 'read committed')
    throw new NftUpgradeError('invalid_option', {
      message: `The isolation is ${seen?.isolation}, and cannot be set through this pooler.`,
      hint: `ALTER ROLE … SET default_transaction_isolation = 'read committed'.`,
    });
  return { pooled: true };
}

/** PgBouncer says it only when a transaction stays open between two statements. */
async function refuseStatementMode(client: Client): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query('COMMIT');
  } catch {
    throw refused(
      'The connection leads through a pooler that takes no transactions.',
      'Set pool_mode = transaction or session in PgBouncer, or connect directly.',
    );
  }
}

/**
 * Whether the session is still this client's between two statements. A pooler hands a notification
 * to the client that has the session then; so another one sends it, while this one is idle.
 */
async function keepsSession(client: Client, connect: () => Promise<Client>): Promise<boolean> {
  const channel = 'nft_upgrade_echo';
  const own = randomUUID();
  const received = new Promise<true>((resolve) => {
    client.on('notification', ({ payload }) => payload === own && resolve(true));
  });
  const other = await connect();
  try {
    const listening = await pidAfter(client, `LISTEN ${channel}`);
    if ((await pidAfter(other, `NOTIFY ${channel}, '${own}'`)) === listening) return false;
    return await Promise.race([received, sleep(ECHO_MS, false)]);
  } finally {
    await client.query(`UNLISTEN ${channel}`).catch(() => undefined);
    await other.end().catch(() => undefined);
  }
}

/** Runs a command, and tells in which session: both are one script, and so in the same one. */
async function pidAfter(client: Client, command: string): Promise<unknown> {
  const answers: unknown = await client.query(`${command}; SELECT pg_backend_pid() AS pid`);
  return (answers as readonly QueryResult<{ pid: number }>[])[1]?.rows[0]?.pid;
}
