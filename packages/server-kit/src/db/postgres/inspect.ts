import { setTimeout as sleep } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Client } from 'pg';

/** What stands between this process and the database. */
export interface Inspected {
  /** A pooler that gives each transaction another session. */
  readonly pooled: boolean;
}

/** An own notification takes milliseconds; through a pooler of transactions it never comes. */
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
      'Connect directly or with pool_mode = session for wake-ups at once, or pass a wake bus; ' +
      'run nft-upgrade migrate on a direct connection.',
  });

export const pooledRefusal = () =>
  new NftUpgradeError('missing_capability', {
    message: 'Tables cannot be made through a pooler that gives each transaction another session.',
    hint: 'Run nft-upgrade migrate with a DATABASE_URL that leads to Postgres itself.',
  });

/**
 * Looks at the session before anything relies on it.
 * @throws NftUpgradeError `database_unavailable` for a database that takes no writes, with what to
 *   do; `invalid_option` where the isolation cannot be set by us and is another
 */
export async function inspect(client: Client): Promise<Inspected> {
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
  if (seen?.pid === Reflect.get(client, 'processID') || (await receivesOwn(client)))
    return { pooled: false };
  if (seen?.isolation !== 'read committed')
    throw new NftUpgradeError('invalid_option', {
      message: `The isolation is ${seen?.isolation}, and cannot be set through this pooler.`,
      hint: `ALTER ROLE … SET default_transaction_isolation = 'read committed'.`,
    });
  return { pooled: true };
}

async function receivesOwn(client: Client): Promise<boolean> {
  const channel = 'nft_upgrade_echo';
  const received = new Promise<true>((resolve) => client.once('notification', () => resolve(true)));
  try {
    await client.query(`LISTEN ${channel}`);
    await client.query(`NOTIFY ${channel}`);
    return await Promise.race([received, sleep(ECHO_MS, false)]);
  } finally {
    await client.query(`UNLISTEN ${channel}`).catch(() => undefined);
  }
}
