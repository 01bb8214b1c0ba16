import { processes } from '@aiw3/nft-upgrade/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { postgres } from '../db/postgres.ts';
import { migrations } from '../db/tables.ts';
import { definitionsOf } from '../journal/definitions.ts';
import { createJournal } from '../journal/journal.ts';
import { createOutbox } from '../publish/deliveries.ts';
import { claimDeliveries, heal, prune } from '../publish/outbox.ts';
import { readGauges } from '../telemetry/readings.ts';
import { closeDatabases, testDatabaseUrl } from '../testing/databases.ts';
import { explained, type Touched } from './explained.fixture.ts';
import { raiseAges } from './obligations/ages.ts';
import { raiseAlarms } from './obligations/alarm.ts';
import { deleteEnded } from './retention.ts';
import { claimIdle, forgetFuture } from './sweep.ts';
import { fillYears } from './years.fixture.ts';

/**
 * Ended operations; a twentieth of them live beside them. `npm run years` has a million, and prints
 * what was touched.
 */
const ENDED = Number(process.env.YEARS_ENDED ?? 50_000);
const HELD = 150_000;
const DAY_MS = 86_400_000;
const definitions = Object.values(processes);
const place = (db: Db) => ({ db, schema: 'nft_upgrade' }) as const;
const claimed = { definitions, idleMs: 1_000, leaseMs: 1_000, limit: 200 };
const claim = (db: Db, name: string) =>
  claimDeliveries(place(db), { name, ordered: true, definitions: null }, 1_000, 8);
/** One batch: the look before it is not explained, and so gives rows. */
const deletion = { only: /^with gone/, signal: () => AbortSignal.timeout(1) };
const journalOf = (db: Db) =>
  createJournal({
    db,
    definitions: definitionsOf(definitions),
    node: 'node',
    leaseMs: 1_000,
    now: Date.now,
  });

/** What a node sends, and the most that it may touch, however many years have passed. */
interface Case {
  readonly what: string;
  /** The least it has to touch, or there was nothing to be found. Default: none. */
  readonly least?: number;
  readonly rows: number;
  readonly buffers: number;
  /** Statements that are looked at. Default: all. */
  readonly only?: RegExp;
  work(db: Db): Promise<unknown>;
}
const cases: readonly Case[] = [
  {
    what: 'a round of the watch',
    least: 40,
    rows: 2_000,
    buffers: 20_000,
    work: (db) => claimIdle(db, { ...claimed, statuses: ['awaiting_burn'] }),
  },
  {
    what: 'a sweep',
    least: 200,
    rows: 10_000,
    buffers: 20_000,
    work: (db) => claimIdle(db, claimed),
  },
  { what: 'a clock that was set back', rows: 100, buffers: 1_000, work: forgetFuture },
  {
    what: 'alerts of age',
    least: 1,
    rows: 100,
    buffers: 1_000,
    work: (db) => raiseAges(db, 1_000),
  },
  { what: 'alarms', rows: 100, buffers: 1_000, work: (db) => raiseAlarms(db, 1_000) },
  {
    what: 'what a user has alive',
    least: 1,
    rows: 1_000,
    buffers: 2_000,
    work: (db) => journalOf(db).live('upgrade', 'user_7', 100),
  },
  {
    what: 'a claim of deliveries',
    rows: 100,
    buffers: 1_000,
    work: (db) => claim(db, 'crm'),
  },
  {
    what: 'deliveries that were held for nothing',
    rows: 5_000,
    buffers: 20_000,
    work: (db) => heal(place(db), 'crm', 1_000),
  },
  {
    what: 'what retention looks for',
    least: 500,
    rows: 5_000,
    buffers: 20_000,
    work: (db) => deleteEnded(db, { endedMs: DAY_MS }),
  },
  {
    what: 'what retention deletes',
    least: 500,
    rows: 20_000,
    buffers: 100_000,
    only: deletion.only,
    work: (db) => deleteEnded(db, { endedMs: DAY_MS }, { signal: deletion.signal() }),
  },
  {
    what: 'the operations of a user, to erase them',
    least: 1,
    rows: 5_000,
    buffers: 20_000,
    work: (db) => deleteEnded(db, { endedMs: 0 }, { principal: 'user_7' }),
  },
  {
    what: 'old deliveries to be pruned',
    least: 1000,
    rows: 5_000,
    buffers: 20_000,
    work: (db) => prune(place(db), DAY_MS),
  },
  {
    what: 'old deliveries, pruned',
    least: 1000,
    rows: 10_000,
    buffers: 100_000,
    only: deletion.only,
    work: (db) => prune(place(db), DAY_MS, deletion.signal()),
  },
  { what: 'gauges', least: 100, rows: 50_000, buffers: 100_000, work: readGauges },
  {
    what: 'a list of dead letters',
    least: 100,
    rows: 25_000,
    buffers: 100_000,
    work: (db) => createOutbox(place(db), () => {}).list(),
  },
];

afterAll(closeDatabases);

describe('years of operations on Postgres', () => {
  let db: Db;
  const touched = async (work: Case['work'], only?: RegExp): Promise<Touched> => {
    const watched = explained(db, only);
    await work(watched.db);
    return watched.touched();
  };
  beforeAll(async () => {
    db = await postgres({ connectionString: await testDatabaseUrl(), statementTimeoutMs: 0 });
    await migrate(db, migrations);
    await fillYears(db, { ended: ENDED, live: ENDED / 20, held: HELD });
  }, 900_000);
  afterAll(() => db.close());

  it.each(cases)('S15: bounded: $what', async ({ what, least = 0, rows, buffers, only, work }) => {
    const seen = await touched(work, only);
    if (process.env.YEARS_ENDED)
      console.log(`| ${what} | ${seen.rows} | ${seen.buffers} | ${seen.ms.toFixed(1)} |`);
    expect(seen.walked).toEqual([]);
    expect(seen.statements).toBeGreaterThan(0);
    expect(seen.rows).toBeGreaterThanOrEqual(least);
    expect(seen.rows).toBeLessThan(rows);
    expect(seen.buffers).toBeLessThan(buffers);
  });

  it('S15: 150,000 held deliveries cost a claim nothing', async () => {
    const [none, many] = [
      await touched((one) => claim(one, 'nobody')),
      await touched((one) => claim(one, 'crm')),
    ];
    expect(many.buffers).toBeLessThan(none.buffers + 100);
  });
});
