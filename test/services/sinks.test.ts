import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Db } from '../../packages/server-kit/src/db/db.ts';
import { pglite } from '../../packages/server-kit/src/db/pglite.ts';
import { kafkaSink } from '../../packages/server-kit/src/kafka/index.ts';
import type { Sink } from '../../packages/server-kit/src/ports/sink.ts';
import { publication } from '../../packages/server-kit/src/publish/fixtures/publication.ts';
import { redisCache } from '../../packages/server-kit/src/redis/index.ts';
import { createService, type Service } from '../../packages/server-kit/src/service.ts';
import {
  type MemoryChain,
  memoryChain,
} from '../../packages/server-kit/src/testing/memory-chain.ts';
import {
  memoryContent,
  permissiveRules,
  untilStatus,
} from '../../packages/server-kit/src/testing/rules.ts';
import { startKafka, type TestKafka } from './kafka.ts';
import { describeWith } from './programs.ts';
import { startRedis, type TestRedis } from './redis.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const patient = { timeout: 60_000, interval: 100 };
const forever = () => ({ signal: new AbortController().signal });

let db: Db;
let ledger: MemoryChain;
let service: Service | undefined;
beforeAll(async () => {
  db = await pglite({ memory: true });
});
beforeEach(() => {
  service = undefined;
});
afterEach(async () => {
  await service?.stop();
  await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
});
afterAll(() => db.close());

async function upgradeWith(sinks: readonly Sink[]): Promise<string> {
  ledger = memoryChain();
  ledger.give(mint, alice.wallet);
  service = await createService({
    db,
    chain: ledger.chain,
    content: memoryContent().store,
    rules: permissiveRules(mint).rules,
    watchMs: 20,
    sinks,
  });
  const request = {
    process: 'upgrade',
    principal: alice,
    input: { targetTierId: 'tier-2' },
    idempotencyKey: null,
  };
  const { operationId } = (await service.start(request)).snapshot;
  const query = { process: 'upgrade', operationId, principal: alice };
  await untilStatus(service, query, ['awaiting_burn']);
  ledger.submit(operationId);
  await untilStatus(service, query, ['completed']);
  return operationId;
}
/** Whatever waits for its next try waits no longer. */
const hurry = () =>
  db.sql(
    `update nft_upgrade.delivery set due_at = clock_timestamp() where state = 'waiting'
      and due_at > clock_timestamp()`,
  );

describeWith('kcat', 'Kafka', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka.stop());

  it("brings the guide's nft_upgraded to nft-events in order, as a CloudEvent", async () => {
    const operationId = await upgradeWith([
      kafkaSink({ brokers: [kafka.broker], createTopic: true }),
    ]);
    const read = async () =>
      (await kafka.read('nft-events')).filter(({ key }) => key === operationId);
    await expect.poll(async () => (await read()).length, patient).toBe(3);
    const records = await read();
    expect(records.map(({ payload }) => JSON.parse(payload).eventType)).toEqual([
      'upgrade_burn_verified',
      'upgrade_updating_records',
      'nft_upgraded',
    ]);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    expect(JSON.parse(records.at(-1)?.payload ?? '')).toEqual({
      eventType: 'nft_upgraded',
      userId: 'alice',
      upgradeId: operationId,
      fromTier: 'tier-1',
      toTier: 'tier-2',
      newNFTId: `nft_${operationId}`,
    });
    expect(records.at(-1)?.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_subject: operationId,
      ce_type: 'com.aiw3.nft.upgrade.completed',
    });
  });

  it('S6: a broker that hangs touches no operation, and gets all in order later', async () => {
    const sink = kafkaSink({ brokers: [kafka.broker], createTopic: true, timeoutMs: 1_000 });
    // Connected before it hangs.
    await sink.publish(publication({ operationId: 'first' }), forever());
    kafka.freeze();
    let operationId: string;
    try {
      operationId = await upgradeWith([sink]);
      await expect
        .poll(
          async () =>
            (await service?.outbox.list({ state: 'waiting' }))?.find(({ error }) => error !== null)
              ?.sink,
          patient,
        )
        .toBe('kafka');
      expect(ledger.mints()).toBe(1);
    } finally {
      kafka.resume();
    }
    const types = async () => {
      await hurry();
      const records = (await kafka.read('nft-events')).filter(({ key }) => key === operationId);
      // A record whose acknowledgement was lost comes again: at least once.
      return [...new Set(records.map(({ payload }) => JSON.parse(payload).eventType))];
    };
    await expect
      .poll(types, patient)
      .toEqual(['upgrade_burn_verified', 'upgrade_updating_records', 'nft_upgraded']);
  });

  it('says so when nothing listens there, each time', async () => {
    const sink = kafkaSink({ brokers: ['127.0.0.1:1'], timeoutMs: 1_000 });
    await expect(sink.publish(publication(), forever())).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    await expect(sink.publish(publication(), forever())).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    await sink.close?.();
  });
});

describeWith('redis-server', 'Redis', () => {
  let redis: TestRedis;
  const keys = ['nft_qualification:alice', 'user_nfts:alice'];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const client = async () => {
    const made = createClient({ url: redis.url, socket: { reconnectStrategy: false } });
    made.on('error', () => undefined);
    return made.connect();
  };

  it("clears the guide's two keys of the user, and nobody else's", async () => {
    const cache = await client();
    for (const key of [...keys, 'user_nfts:bob']) await cache.set(key, 'stale');
    await upgradeWith([redisCache({ redis: redis.url })]);
    await expect.poll(() => cache.exists(keys), patient).toBe(0);
    expect(await cache.get('user_nfts:bob')).toBe('stale');
    cache.destroy();
  });

  it('S6: clears them when a Redis that was killed is back', async () => {
    const sink = redisCache({ redis: redis.url, timeoutMs: 2_000 });
    await sink.publish(publication(), forever());
    await redis.kill9();
    await upgradeWith([sink]);
    await expect
      .poll(
        async () =>
          (await service?.outbox.list({ state: 'waiting' }))?.find(({ error }) => error !== null)
            ?.sink,
        patient,
      )
      .toBe('cache');
    await redis.restart();
    const cache = await client();
    for (const key of keys) await cache.set(key, 'stale');
    await expect
      .poll(async () => {
        await hurry();
        return cache.exists(keys);
      }, patient)
      .toBe(0);
    cache.destroy();
  });

  it("uses a client of the host's, and leaves it open", async () => {
    const cache = await client();
    await cache.set('mine:alice', 'stale');
    const sink = redisCache({ redis: cache, keys: ({ principal }) => [`mine:${principal.id}`] });
    await sink.publish(publication(), forever());
    await sink.close?.();
    expect(await cache.exists('mine:alice')).toBe(0);
    cache.destroy();
  });
});
