import { upgrade } from '@aiw3/nft-upgrade/protocol';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { migrate } from '../db/migrate.ts';
import { migrations } from '../db/tables.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { keepLeases } from './lease.ts';
import { mapConcurrent } from './map-concurrent.ts';
import { claimIdle, every } from './sweep.ts';
import { defaultTiming, heartbeatMs, longestTakeoverMs } from './timing.ts';

afterAll(closeDatabases);

describe("S4: a killed node's step is taken up in under 15 s, by the defaults", () => {
  it('two seconds are left for the round itself, and a node that lives may miss a sign', () => {
    expect(longestTakeoverMs(defaultTiming)).toBeLessThanOrEqual(13_000);
    expect(2 * heartbeatMs(defaultTiming)).toBeLessThan(defaultTiming.takeoverMs);
  });

  it.each([0, 1_000])(
    'rounds that take %i ms follow one another at the pace that is counted with',
    async (takesMs) => {
      vi.useFakeTimers();
      try {
        const rounds: number[] = [];
        const loop = every(
          defaultTiming.sweepMs,
          async () => {
            rounds.push(Date.now());
            if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
          },
          (error) => expect.fail(String(error)),
        );
        const from = Date.now();
        await vi.advanceTimersByTimeAsync(3 * defaultTiming.sweepMs);
        expect(rounds.map((at) => at - from)).toEqual(
          [1, 2, 3].map((round) => round * defaultTiming.sweepMs),
        );
        await vi.advanceTimersByTimeAsync(takesMs);
        await loop.stop();
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it.each(databases)(
    'a round takes up what gave no sign for as long as that, and nothing before, on $name',
    async ({ open }) => {
      const db = await open();
      await migrate(db, migrations);
      await db.sql(
        `insert into nft_upgrade.operation (id, process, version, principal, subject, input,
          mint_key, status, phase, asset, seq, live)
       values ('upg_1', $1, $2, 'alice', 'nft', '{}', '', 'minting_new_nft', 'mint', 'burned_owed',
         1, true)`,
        [upgrade.name, upgrade.version],
      );
      const { takeoverMs } = defaultTiming;
      /** The last sign of its node came so long ago, by the clock of the database. */
      const silentFor = (ms: number) =>
        db.sql(
          `update nft_upgrade.operation
            set checked_at = clock_timestamp() - make_interval(secs => $1),
              leased_until = clock_timestamp() - make_interval(secs => $1 - $2)`,
          [ms / 1_000, takeoverMs / 1_000],
        );
      const round = () =>
        claimIdle(db, {
          definitions: [upgrade],
          idleMs: takeoverMs,
          leaseMs: takeoverMs,
          limit: 10,
        });
      // A second is more than a machine takes between the two statements.
      await silentFor(takeoverMs - 1_000);
      expect(await round()).toEqual([]);
      await silentFor(takeoverMs);
      expect(await round()).toEqual([{ operationId: 'upg_1', lease: 1 }]);
      // The node that took it up is at work on it now.
      expect(await round()).toEqual([]);
      await silentFor(takeoverMs);
      await keepLeases(db, [{ operationId: 'upg_1', lease: 1 }], takeoverMs);
      expect(await round()).toEqual([]);
    },
  );
});

describe('what is due at once', () => {
  it('begins its looks one after another, so that a crowd does not delay a user', async () => {
    const begun: number[] = [];
    const all = mapConcurrent([1, 2, 3], 8, async (item) => void begun.push(item), {
      overMs: 1_000,
    });
    expect(begun).toEqual([1]);
    await all;
    expect(begun).toEqual([1, 2, 3]);
  });

  it('is begun no further once the node stops', async () => {
    const stop = new AbortController();
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      stop.abort();
    };
    await mapConcurrent([1, 2, 3], 8, work, { overMs: 1_000, signal: stop.signal });
    expect(begun).toEqual([1]);
  });
});
