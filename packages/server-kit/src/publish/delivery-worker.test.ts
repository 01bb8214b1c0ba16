import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { migrations } from '../db/tables.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { createOutbox } from './deliveries.ts';
import {
  type Channel,
  createDeliveryWorker,
  type DeliveryResult,
  type DeliveryWorker,
} from './delivery-worker.ts';
import { type Delivery, enqueueOutbox, prune } from './outbox.ts';

afterAll(closeDatabases);
const placeOf = (db: Db) => ({ db, schema: 'nft_upgrade' }) as const;
const patient = { timeout: 20_000 };

describe.each(databases)('the outbox on $name', ({ open }) => {
  let db: Db;
  let workers: DeliveryWorker[] = [];
  const results: [sink: string, result: DeliveryResult][] = [];

  beforeAll(async () => {
    db = await open();
    await migrate(db, migrations);
  });
  beforeEach(async () => {
    results.length = 0;
    for (const id of ['one', 'two']) {
      await db.sql(
        `insert into nft_upgrade.operation (id, process, version, principal, subject, input,
          mint_key, status, phase, asset, seq, live)
         values ($1, 'upgrade', 1, 'alice', $1, '{}', '', 'initializing', 'preflight', 'safe', 1,
           true)`,
        [id],
      );
    }
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
    await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation cascade');
  });

  const run = (name: string, deliver: Channel['deliver'], options: Partial<Channel> = {}) => {
    const channel = {
      name,
      ordered: true,
      definitions: null,
      timeoutMs: 10_000,
      maxTries: 3,
      deliver,
      ...options,
    };
    const done = (result: DeliveryResult) => void results.push([name, result]);
    const worker = createDeliveryWorker({
      place: placeOf(db),
      channel,
      pollMs: 20,
      done,
      onError: () => undefined,
      random: () => 0,
    });
    workers.push(worker);
    return worker;
  };
  const enqueue = async (operationId: string, seqs: number[], sinks = ['sink']) => {
    for (const seq of seqs)
      await db.tx((sql) => enqueueOutbox(sql, operationId, 'event', { seq }, sinks));
  };
  /** Whatever waits for its next try waits no longer; a lease, which is longer, stands. */
  const hurry = () =>
    db.sql(`update nft_upgrade.delivery set due_at = clock_timestamp() where state = 'waiting'
      and due_at < clock_timestamp() + interval '20 seconds'`);
  const seqOf = ({ operationId, data }: Delivery) => `${operationId}/${Number(data.seq)}`;
  const outbox = () => createOutbox(placeOf(db), () => workers[0]?.kick());

  it('tells nothing of what was rolled back', async () => {
    const seen: string[] = [];
    await db
      .tx(async (sql) => {
        await enqueueOutbox(sql, 'one', 'event', { seq: 1 }, ['sink']);
        throw new NftUpgradeError('internal');
      })
      .catch(() => undefined);
    await enqueue('one', [2]);
    run('sink', async (delivery) => void seen.push(seqOf(delivery)));
    await expect.poll(() => seen, patient).toEqual(['one/2']);
  });

  it('keeps the order within an operation, whatever fails; others do not wait', async () => {
    await enqueue('one', [1, 2, 3]);
    await enqueue('two', [1, 2]);
    const seen: string[] = [];
    let broken = true;
    const deliver = async (delivery: Delivery) => {
      if (broken && seqOf(delivery) === 'one/1')
        throw new NftUpgradeError('temporarily_unavailable');
      seen.push(seqOf(delivery));
    };
    run('sink', deliver, { maxTries: 1_000 });
    await expect.poll(() => seen, patient).toEqual(['two/1', 'two/2']);
    expect(results).toContainEqual(['sink', 'failed']);
    broken = false;
    await hurry();
    await expect.poll(() => seen.slice(2), patient).toEqual(['one/1', 'one/2', 'one/3']);
  });

  it('keeps the order with two couriers on one sink', async () => {
    await enqueue('one', [1, 2, 3, 4, 5, 6]);
    const seen: string[] = [];
    for (let node = 0; node < 2; node += 1)
      run('sink', async (delivery) => void seen.push(seqOf(delivery)));
    await expect
      .poll(() => seen, patient)
      .toEqual(['one/1', 'one/2', 'one/3', 'one/4', 'one/5', 'one/6']);
  });

  it('S6: a sink that hangs holds up no other, counts as failed, and is tried again', async () => {
    await enqueue('one', [1, 2], ['slow', 'quick']);
    const seen: string[] = [];
    let hang = true;
    const aborted: boolean[] = [];
    run(
      'slow',
      async (delivery, signal) => {
        signal.addEventListener('abort', () => aborted.push(true));
        if (hang) return new Promise(() => undefined);
        seen.push(`slow ${seqOf(delivery)}`);
      },
      { timeoutMs: 300, maxTries: 1_000 },
    );
    run('quick', async (delivery) => void seen.push(`quick ${seqOf(delivery)}`));
    await expect.poll(() => seen, patient).toEqual(['quick one/1', 'quick one/2']);
    await expect.poll(() => results, patient).toContainEqual(['slow', 'failed']);
    expect(aborted).toContain(true);
    hang = false;
    await expect
      .poll(async () => {
        await hurry();
        return seen.slice(2);
      }, patient)
      .toEqual(['slow one/1', 'slow one/2']);
  });

  it('makes a dead letter after the budget; its successors wait for its replay', async () => {
    await enqueue('one', [1, 2]);
    const seen: string[] = [];
    let broken = true;
    run('sink', async (delivery) => {
      if (broken)
        throw new NftUpgradeError('temporarily_unavailable', { message: 'The broker is away.' });
      seen.push(seqOf(delivery));
    });
    await expect
      .poll(async () => {
        await hurry();
        return (await outbox().list()).length;
      }, patient)
      .toBe(1);
    const [dead] = await outbox().list({ sink: 'sink' });
    expect(dead).toMatchObject({
      operationId: 'one',
      process: 'upgrade',
      data: { seq: 1 },
      tries: 3,
      held: 1,
      state: 'dead',
    });
    expect(dead?.error).toContain('The broker is away.');
    expect(results.map(([, result]) => result)).toEqual(['failed', 'failed', 'dead']);
    broken = false;
    expect(seen).toEqual([]);
    expect(await outbox().replay({ id: dead?.id ?? 0 })).toBe(1);
    await expect.poll(() => seen, patient).toEqual(['one/1', 'one/2']);
    await expect(outbox().replay({ id: dead?.id ?? 0 })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await outbox().show(dead?.id ?? 0)).toMatchObject({ state: 'delivered', held: 0 });
  });

  it('releases the successors of a skipped dead letter; a refusal is dead at once', async () => {
    await enqueue('one', [1, 2]);
    const seen: string[] = [];
    run('sink', async (delivery) => {
      if (delivery.data.seq === 1) throw new NftUpgradeError('sink_refused', { message: 'Gone.' });
      seen.push(seqOf(delivery));
    });
    await expect
      .poll(async () => (await outbox().list()).map(({ tries, error }) => [tries, error]), patient)
      .toEqual([[1, 'NftUpgradeError: Gone.']]);
    const [dead] = await outbox().list();
    await outbox().skip(dead?.id ?? 0);
    await expect.poll(() => seen, patient).toEqual(['one/2']);
    await expect(outbox().skip(dead?.id ?? 0)).rejects.toMatchObject({ code: 'not_found' });
    await expect(outbox().show(999_999)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('replays all of one sink, and none of another', async () => {
    await enqueue('one', [1], ['a', 'b']);
    await db.sql(`update nft_upgrade.delivery set state = 'dead', tries = 9, settled_at = now()`);
    expect(await outbox().replay({ sink: 'a' })).toBe(1);
    expect((await outbox().list()).map(({ sink }) => sink)).toEqual(['b']);
  });

  it('without an order, a dead letter holds nothing back', async () => {
    await enqueue('one', [1, 2]);
    const seen: string[] = [];
    const deliver = async (delivery: Delivery) => {
      if (delivery.data.seq === 1) throw new NftUpgradeError('sink_refused');
      seen.push(seqOf(delivery));
    };
    run('sink', deliver, { ordered: false });
    await expect.poll(() => seen, patient).toEqual(['one/2']);
  });

  it('gives back what it had in hand when it stops, without counting the try', async () => {
    await enqueue('one', [1]);
    let begun = 0;
    const first = run('sink', () => {
      begun += 1;
      return new Promise(() => undefined);
    });
    await expect.poll(() => begun, patient).toBe(1);
    await first.stop();
    expect(await outbox().list({ state: 'waiting' })).toMatchObject([{ tries: 0 }]);
    const seen: string[] = [];
    run('sink', async (delivery) => void seen.push(seqOf(delivery)));
    await expect.poll(() => seen, patient).toEqual(['one/1']);
  });

  it('believes only the last lease: a node that woke up late changes nothing', async () => {
    await enqueue('one', [1]);
    let wakeUp = () => {};
    const late = run('sink', () => new Promise((resolve) => (wakeUp = resolve)));
    await expect
      .poll(async () => (await outbox().list({ state: 'waiting' }))[0]?.tries, patient)
      .toBe(1);
    // Its lease ran out, and another node has taken the row.
    await db.sql(`update nft_upgrade.delivery set tries = tries + 1`);
    wakeUp();
    await expect.poll(() => results, patient).toEqual([['sink', 'delivered']]);
    await late.stop();
    expect(await outbox().list({ state: 'waiting' })).toHaveLength(1);
  });

  it('forgets what was told long ago, and nothing that is still to be told', async () => {
    await enqueue('one', [1, 2]);
    await db.sql(
      `update nft_upgrade.delivery set state = 'delivered'
        where id = (select min(id) from nft_upgrade.delivery)`,
    );
    await prune(placeOf(db), 3_600_000);
    expect(await db.sql('select id from nft_upgrade.outbox')).toHaveLength(2);
    await prune(placeOf(db), 0);
    expect(await db.sql<{ data: object }>('select data from nft_upgrade.outbox')).toEqual([
      { data: { seq: 2 } },
    ]);
  });
});
