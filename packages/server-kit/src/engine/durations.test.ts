import { badgeActivation } from '@aiw3/nft-upgrade';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { permissiveRules, untilStatus } from '../testing/rules.ts';
import { createDurations } from './durations.ts';

afterAll(closeDatabases);

const alice = { id: 'alice' };

describe.each(databases)('usual durations on $name', ({ open }) => {
  it("are the medians of completed operations, sent with the next one's first event", async () => {
    const db = await open();
    const { rules } = permissiveRules('');
    const service = await createService({
      db,
      rules: { badge_activation: rules.badge_activation },
      watchMs: 20,
      sweepMs: 200,
    });
    const run = async (badgeId: string) => {
      const { snapshot } = await service.start({
        process: 'badge_activation',
        principal: alice,
        input: { badgeId },
        idempotencyKey: null,
      });
      return untilStatus(
        service,
        { process: 'badge_activation', operationId: snapshot.operationId, principal: alice },
        ['completed'],
      );
    };
    const first = await run('b1');
    expect(first.facts.usualMs).toBeUndefined();

    // Three runs whose first step took 1, 2 and 60 seconds.
    const runs = [first, await run('b2'), await run('b3')];
    for (const [index, { operationId }] of runs.entries())
      await db.sql(
        `update nft_upgrade.event set at = timestamptz '2026-01-01 00:00:00' +
          (seq - 1 + case when seq > 1 then $2::int else 0 end) * interval '1 second'
         where operation_id = $1`,
        [operationId, [0, 2, 59][index]],
      );
    let clock = 0;
    const durations = createDurations(db, () => clock);
    expect(durations.of('badge_activation')).toBeUndefined();
    await durations.settled();
    const usualMs = durations.of('badge_activation');
    expect(Object.keys(usualMs ?? {}).sort()).toEqual([
      'initializing',
      'qualification_verified',
      'updating_records',
    ]);
    expect(usualMs).toMatchObject({ initializing: 3_000, qualification_verified: 1_000 });
    expect(durations.of('upgrade')).toBeUndefined();

    // Measured again only when it is old.
    await db.sql("update nft_upgrade.operation set status = 'error'");
    await durations.settled();
    expect(durations.of('badge_activation')).toBe(usualMs);
    clock = 10_000;
    durations.of('badge_activation');
    await durations.settled();
    expect(durations.of('badge_activation')).toBeUndefined();
    await service.stop();

    await db.sql("update nft_upgrade.operation set status = 'completed'");
    const restarted = await createService({
      db,
      rules: { badge_activation: rules.badge_activation },
      watchMs: 20,
      sweepMs: 200,
    });
    await expect
      .poll(
        async () => {
          const { snapshot } = await restarted.start({
            process: badgeActivation.name,
            principal: alice,
            input: { badgeId: `b${Math.random()}` },
            idempotencyKey: null,
          });
          return snapshot.facts.usualMs;
        },
        { timeout: 30_000 },
      )
      .toMatchObject({ initializing: 3_000 });
    await restarted.stop();
  });

  it('are left out while the database does not answer', async () => {
    const durations = createDurations(
      { sql: () => Promise.reject(new TypeError('down')) },
      () => 0,
    );
    durations.of('upgrade');
    await durations.settled();
    expect(durations.of('upgrade')).toBeUndefined();
  });
});
