import { vi } from 'vitest';
import type { Db } from '../db/db.ts';
import { pglite } from '../db/pglite.ts';
import { postgres } from '../db/postgres.ts';
import { testDatabaseUrl } from '../testing/databases.ts';

/** A database whose clock can be set. */
export interface ShiftedClock {
  db: Db;
  /** From now on the clock shows so many milliseconds more than it is. */
  set(ms: number): Promise<unknown>;
}

/** PGlite asks the clock of its process, so the process goes wrong with it. */
export async function pgliteWithClock(): Promise<ShiftedClock> {
  const real = Date.now.bind(Date);
  let shift = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + shift);
  return {
    db: await pglite({ memory: true }),
    set: async (ms) => {
      shift = ms;
    },
  };
}

/**
 * Postgres asks the operating system, so its functions are covered by others, for this database and
 * before it has any tables: their defaults mean the others too. The processes that use it keep the
 * right time.
 */
export async function postgresWithClock(): Promise<ShiftedClock> {
  const connectionString = await testDatabaseUrl();
  const admin = await postgres({ connectionString });
  const clocks = ['now', 'clock_timestamp', 'statement_timestamp', 'transaction_timestamp'];
  const shifted = (
    name: string,
  ) => `create function clock.${name}() returns timestamptz language sql
    ${name === 'clock_timestamp' ? 'volatile' : 'stable'} as
      'select pg_catalog.${name}() + ahead from clock.setting'`;
  await admin.sql(`create schema clock; create table clock.setting (ahead interval not null);
    insert into clock.setting values ('0');
    ${clocks.map(shifted).join(';')};
    alter database "${new URL(connectionString).pathname.slice(1)}"
      set search_path = clock, pg_catalog, public`);
  await admin.close();
  const db = await postgres({ connectionString });
  return {
    db,
    set: (ms) => db.sql('update clock.setting set ahead = make_interval(secs => $1)', [ms / 1_000]),
  };
}
