import type { Db } from '../db/db.ts';

/**
 * Lets one node of all do it, once in the time. What was done in the future was done before the
 * clock was set back.
 */
export async function isDue(db: Db, key: string, everyMs: number): Promise<boolean> {
  const rows = await db.sql(
    `insert into nft_upgrade.setting as s (key, value) values ($1, clock_timestamp()::text)
     on conflict (key) do update set value = excluded.value
       where s.value::timestamptz not between clock_timestamp() - make_interval(secs => $2)
         and clock_timestamp() returning key`,
    [key, everyMs / 1000],
  );
  return rows.length > 0;
}

/**
 * True once, for one node of all, when the database has another past than when this was last asked:
 * it was restored from a backup, or a replica that may have lagged behind has taken over. Files
 * that were copied back look as they did, so of an embedded database, which has one process, each
 * `start` counts.
 */
export async function hasOtherPast(db: Db, start: string): Promise<boolean> {
  const rows = await db.sql(
    `insert into nft_upgrade.setting as s (key, value)
     select 'past', coalesce($1, concat_ws('/', (select system_identifier from pg_control_system()),
       (select timeline_id from pg_control_checkpoint()),
       (select oid from pg_database where datname = current_database())))
     on conflict (key) do update set value = excluded.value where s.value <> excluded.value
       returning key`,
    [db.flavour === 'pglite' ? start : null],
  );
  return rows.length > 0;
}

/** What was to be done about another past was not: it is another one again. */
export const forgetPast = (db: Db) => db.sql("delete from nft_upgrade.setting where key = 'past'");
