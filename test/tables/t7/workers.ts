import { expect } from 'vitest';
import type { Db } from '../../../packages/server-kit/src/db/db.ts';
import { UNHARMED } from '../../../packages/server-kit/src/db/driver-faults.fixture.ts';
import { migrate } from '../../../packages/server-kit/src/db/migrate.ts';
import { createDeliveryWorker } from '../../../packages/server-kit/src/publish/delivery-worker.ts';
import { enqueueOutbox } from '../../../packages/server-kit/src/publish/outbox.ts';
import { databases } from '../../../packages/server-kit/src/testing/databases.ts';
import { type Driver, type Strike, WAIT_MS } from './environment.ts';
import { expectErrors } from './expectations.ts';
import { endedOperation } from './operations.ts';

/** The worker that brings publications to a sink. */
export async function outbox({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { db } = environment;
  const { id } = await endedOperation(environment);
  const sink = `sink_${Math.random().toString(36).slice(2)}`;
  await enqueueOutbox(db.sql, id, 'event', { seq: 1 }, [sink]);
  const errors: unknown[] = [];
  const results: string[] = [];
  let deliveries = 0;
  let strikes = 0;
  const disarm = arm((text, parameters) => {
    // A claim whose answer is lost is taken up when its lease ends, as after a kill.
    const claims = parameters.includes(sink) && !fault.lost;
    return claims || text.startsWith('update nft_upgrade.delivery set');
  });
  const worker = createDeliveryWorker({
    place: { db, schema: 'nft_upgrade' },
    channel: {
      name: sink,
      ordered: true,
      definitions: null,
      timeoutMs: 10_000,
      maxTries: 3,
      deliver: async () => {
        deliveries += 1;
      },
    },
    pollMs: 5,
    done: (result) => results.push(result),
    onError: (error) => {
      strikes += 1;
      errors.push(error);
    },
    random: () => 0,
  });
  const row = async () =>
    (
      await db.sql<{ state: string; tries: number }>(
        `select state, tries from nft_upgrade.delivery where sink = $1 ${UNHARMED}`,
        [sink],
      )
    )[0];
  const settled =
    outcome === 'fails' ? { state: 'waiting', tries: 1 } : { state: 'delivered', tries: 1 };
  await expect.poll(row, { timeout: WAIT_MS, interval: 5 }).toEqual(settled);
  const noticed = outcome === 'fails' ? fault.times + 1 : Number(outcome === 'waits');
  await expect.poll(() => strikes, { timeout: WAIT_MS }).toBeGreaterThanOrEqual(noticed);
  disarm();
  await worker.stop();
  expectErrors(errors, outcome, fault);
  expect(deliveries).toBe(1);
  if (outcome !== 'fails') expect(results).toEqual(['delivered']);
  expect(await row()).toEqual(settled);
  await db.sql('delete from nft_upgrade.delivery where sink = $1', [sink]);
}

const empty = new Map<Driver, Promise<Db>>();
/** Small ones: each is begun anew for every statement of its transaction that fails. */
const some = ['one', 'two'].map((name, index) => ({
  id: index + 1,
  name,
  up: `create table nft_upgrade.${name} (id int)`,
}));

/** A node that starts on an empty database, again and again until it may. */
export async function migration({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { driver } = environment;
  const opening =
    empty.get(driver) ?? databases.find(({ name }) => name === driver)?.open() ?? expect.fail();
  empty.set(driver, opening);
  const db = await opening;
  await db.sql('drop schema if exists nft_upgrade cascade');
  const own = new Set(some.map(({ up }) => up));
  const disarm = arm(
    (text) =>
      own.has(text) ||
      /nft_upgrade\.migration|CREATE SCHEMA|pg_advisory_xact_lock|^BEGIN|^COMMIT$/.test(text),
  );
  const errors: unknown[] = [];
  const again = (error: unknown) => {
    errors.push(error);
    return null;
  };
  while ((await migrate(db, some, { tryMs: 1 }).catch(again)) === null);
  disarm();
  expectErrors(errors, outcome, fault);
  const applied = await db.sql('select id, name from nft_upgrade.migration order by id');
  expect(applied).toEqual(some.map(({ id, name }) => ({ id, name })));
}
