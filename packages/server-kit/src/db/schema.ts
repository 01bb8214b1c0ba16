import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from './db.ts';
import { isUniqueViolation } from './errors.ts';

/**
 * The name of a schema becomes part of statements, which take no parameters there; 40 characters
 * leave room for what is added to it. @throws NftUpgradeError `invalid_option`
 */
export function checkSchema(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,49}$/.test(name)) return name;
  throw new NftUpgradeError('invalid_option', {
    message: 'A schema is a name of lower-case letters, digits and underscores, at most 40 long.',
    details: { schema: name },
  });
}

/**
 * Makes a schema when it is not there. CREATE SCHEMA IF NOT EXISTS alone fails when two processes
 * run it at once, and also behind a lock for a session that has asked for the schema before and
 * remembers that there is none.
 */
export async function ensureSchema(db: Db, name: string): Promise<void> {
  checkSchema(name);
  // Looked for first: the statement asks for the right to create also when the schema is there.
  const [found] = await db.sql<{ there: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS there',
    [name],
  );
  if (found?.there) return;
  try {
    await db.sql(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  } catch (error) {
    // The other one has committed: the index makes us wait for it.
    if (!isUniqueViolation(error, 'pg_namespace_nspname_index')) throw error;
  }
}
