import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../packages/server-kit/src/db/db.ts';
import { pglite } from '../../packages/server-kit/src/db/pglite.ts';
import { createHandler } from '../../packages/server-kit/src/http/handler.ts';
import { redisWake } from '../../packages/server-kit/src/redis/index.ts';
import { createService, type Service } from '../../packages/server-kit/src/service.ts';
import {
  type MemoryChain,
  memoryChain,
} from '../../packages/server-kit/src/testing/memory-chain.ts';
import { memoryContent, permissiveRules } from '../../packages/server-kit/src/testing/rules.ts';
import { describeWith } from './programs.ts';
import { startRedis, type TestRedis } from './redis.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const patient = { timeout: 30_000 };

describeWith('redis-server', 'wake-ups over Redis', () => {
  let db: Db;
  let redis: TestRedis;
  let ledger: MemoryChain;
  const services: Service[] = [];
  const content = memoryContent().store;

  beforeAll(async () => {
    db = await pglite({ memory: true });
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
  });
  afterAll(async () => {
    await redis.stop();
    await db.close();
  });

  const node = async (options: { watchMs: number; lost?: () => void }) => {
    const service = await createService({
      db,
      chain: ledger.chain,
      content,
      rules: permissiveRules(mint).rules,
      watchMs: options.watchMs,
      // Only the node that works on an operation advances it, however slow this machine is.
      takeoverMs: 3_600_000,
      wake: redisWake({ url: redis.url, onError: options.lost }),
    });
    services.push(service);
    return service;
  };
  const startOn = async (service: Service) => {
    const request = {
      process: 'upgrade',
      principal: alice,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
    };
    return (await service.start(request)).snapshot.operationId;
  };
  /** What a stream of a node shows, up to its end. */
  const follow = async (service: Service, operationId: string, pollMs: number) => {
    const handler = createHandler(service, { authenticate: async () => alice, timing: { pollMs } });
    const response = await handler.fetch(
      new Request(`http://node/api/v1/nft/upgrade/${operationId}/events`),
    );
    const seqs: number[] = [];
    const ended = (async () => {
      for await (const bytes of response.body ?? []) {
        for (const [, seq] of new TextDecoder().decode(bytes).matchAll(/^id: ?(\d+)$/gm))
          seqs.push(Number(seq));
      }
    })();
    return { seqs, ended };
  };

  it('brings the news of one node to the streams of another', async () => {
    ledger = memoryChain();
    ledger.give(mint, alice.wallet);
    const [worker, viewer] = [await node({ watchMs: 20 }), await node({ watchMs: 3_600_000 })];
    const operationId = await startOn(worker);
    // Without a wake-up this stream would look once in an hour.
    const stream = await follow(viewer, operationId, 3_600_000);
    await expect.poll(() => stream.seqs.length, patient).toBeGreaterThanOrEqual(3);
    ledger.submit(operationId);
    await stream.ended;
    expect(stream.seqs).toEqual(stream.seqs.map((_, index) => index + 1));
  });

  it('loses only time when Redis is killed, and goes on over it when it is back', async () => {
    ledger = memoryChain({ autoFinalize: false });
    ledger.give(mint, alice.wallet);
    let losses = 0;
    const [worker, viewer] = [
      await node({ watchMs: 20 }),
      await node({ watchMs: 3_600_000, lost: () => losses++ }),
    ];
    const operationId = await startOn(worker);
    const [polling, woken] = [
      await follow(viewer, operationId, 200),
      await follow(viewer, operationId, 3_600_000),
    ];
    await expect.poll(() => woken.seqs.length, patient).toBeGreaterThanOrEqual(3);
    await redis.kill9();
    await expect.poll(() => losses, patient).toBeGreaterThan(0);
    const before = woken.seqs.length;
    ledger.submit(operationId);
    // The poll heals what no hint announced.
    await expect.poll(() => polling.seqs.length, patient).toBeGreaterThan(before);
    expect(woken.seqs).toHaveLength(before);
    await redis.restart();
    // A connection that stands again wakes everybody once; from then on hints come as before.
    await expect.poll(() => woken.seqs.length, patient).toBe(polling.seqs.length);
    for (const stream of [polling, woken]) {
      while (!(await Promise.race([stream.ended.then(() => true), sleep(50, false)])))
        ledger.finalize();
      expect(stream.seqs).toEqual(stream.seqs.map((_, index) => index + 1));
    }
    expect(ledger.mints()).toBe(1);
  });

  it('starts, and runs operations, while Redis is away', async () => {
    await redis.kill9();
    ledger = memoryChain();
    ledger.give(mint, alice.wallet);
    const service = await node({ watchMs: 20 });
    const operationId = await startOn(service);
    const stream = await follow(service, operationId, 1_000);
    await expect.poll(() => stream.seqs.length, patient).toBeGreaterThanOrEqual(3);
    ledger.submit(operationId);
    await stream.ended;
    await redis.restart();
  });
});
