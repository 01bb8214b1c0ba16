import type { Sql } from '../db/db.ts';

const PREFIX = 'mint_key ';

/** Before anything is minted with a key: its id outlives its rotation. */
export const rememberMintKey = (sql: Sql, key: string): Promise<unknown> =>
  sql("insert into nft_upgrade.setting (key, value) values ($1, '') on conflict do nothing", [
    `${PREFIX}${key}`,
  ]);

/** Ids of all keys that this database has minted with. */
export async function knownMintKeys(sql: Sql): Promise<string[]> {
  const rows = await sql<{ key: string }>(
    'select key from nft_upgrade.setting where starts_with(key, $1)',
    [PREFIX],
  );
  return rows.map(({ key }) => key.slice(PREFIX.length));
}
