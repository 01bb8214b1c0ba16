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
import { deleteEnded } from './retention.ts';
import { claimIdle } from './sweep.ts';
import { fillYears } from './years.fixture.ts';

/**
 * Ended operations; a twentieth of them live beside them. `YEARS_ENDED=1000000` is the big form,
 * which takes some minutes.
 */
const ENDED = Number(process.env.YEARS_ENDED ?? 50_000);
const HELD = 150_000;
const definitions = Object.values(processes);

afterAll(closeDatabases);

describe('years of operations on Postgres', () => {
  let db: Db;
  const touched = async (work: (db: Db) => Promise<unknown>): Promise<Touched> => {
    const watched = explained(db);
    await work(watched.db);
    return watched.touched();
  };
  beforeAll(async () => {
    db = await postgres({ connectionString: await testDatabaseUrl(), statementTimeoutMs: 0 });
    await migrate(db, migrations);
    await fillYears(db, { ended: ENDED, live: ENDED / 20, held: HELD });
  }, 900_000);
  afterAll(() => db.close());

  const place = () => ({ db, schema: 'nft_upgrade' }) as const;
  const sink = { name: 'crm', ordered: true, definitions: null };

  it('S15: a watch and a sweep touch what they claim', async () => {
    const watch = {
      definitions,
      statuses: ['awaiting_burn'],
      idleMs: 1_000,
      leaseMs: 1_000,
      limit: 200,
    };
    const seen = await touched((one) => claimIdle(one, watch));
    expect(seen.walked).toEqual([]);
    expect(seen.rows).toBeLessThan(2_000);
    const { statuses: _, ...sweep } = watch;
    const swept = await touched((one) => claimIdle(one, sweep));
    expect(swept.walked).toEqual([]);
    expect(swept.rows).toBeLessThan(10_000);
  });

  it('S15: what a user has alive is found by the user', async () => {
    const journal = (one: Db) =>
      createJournal({
        db: one,
        definitions: definitionsOf(definitions),
        node: 'node',
        leaseMs: 1_000,
        now: Date.now,
      });
    const seen = await touched((one) => journal(one).live('upgrade', 'user_7', 100));
    expect(seen.walked).toEqual([]);
    expect(seen.rows).toBeLessThan(1_000);
  });

  it('S15: 150,000 held deliveries cost a claim nothing', async () => {
    const claim = (name: string) =>
      touched((one) => claimDeliveries({ ...place(), db: one }, { ...sink, name }, 1_000, 8));
    const [none, many] = [await claim('nobody'), await claim('crm')];
    expect(many.walked).toEqual([]);
    expect(many.rows).toBeLessThan(100);
    expect(many.buffers).toBeLessThan(none.buffers + 100);
    const healed = await touched((one) => heal({ ...place(), db: one }, 'crm', 1_000));
    expect([healed.walked, healed.rows < 5_000]).toEqual([[], true]);
  });

  it('S15: retention and pruning touch a batch', async () => {
    const old = { endedMs: 86_400_000 };
    const looked = await touched((one) => deleteEnded(one, old));
    expect(looked.walked).toEqual([]);
    expect(looked.rows).toBeLessThan(5_000);
    const { db: half, touched: gone } = explained(db, /^with gone/);
    await deleteEnded(half, old, { signal: AbortSignal.timeout(1) });
    expect(gone().walked).toEqual([]);
    expect(gone().rows).toBeLessThan(20_000);
    const pruned = await touched((one) => prune({ ...place(), db: one }, 86_400_000));
    expect(pruned.walked).toEqual([]);
    expect(pruned.rows).toBeLessThan(5_000);
    const forgotten = explained(db, /^with gone/);
    await prune({ ...place(), db: forgotten.db }, 86_400_000, AbortSignal.timeout(1));
    expect([forgotten.touched().walked, forgotten.touched().rows < 10_000]).toEqual([[], true]);
  });

  it('S15: gauges and lists of dead letters are bounded', async () => {
    const gauges = await touched(readGauges);
    expect(gauges.walked).toEqual([]);
    expect(gauges.rows).toBeLessThan(50_000);
    const list = await touched((one) => createOutbox({ ...place(), db: one }, () => {}).list());
    expect(list.walked).toEqual([]);
    expect(list.rows).toBeLessThan(25_000);
  });
});
