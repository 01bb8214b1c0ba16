import type { Db } from './db.ts';
import { isUniqueViolation } from './errors.ts';

/**
 * Makes a schema when it is not there. CREATE SCHEMA IF NOT EXISTS alone fails when two processes
 * run it at once, and also behind a lock for a session that has asked for the schema before and
 * remembers that there is none.
 */
export async function ensureSchema(
  db: Db,
  name: 'nft_upgrade' | 'nft_upgrade_queue' | 'nft_upgrade_emitter',
): Promise<void> {
  try {
    await db.sql(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  } catch (error) {
    // The other one has committed: the index makes us wait for it.
    if (!isUniqueViolation(error, 'pg_namespace_nspname_index')) throw error;
  }
}
