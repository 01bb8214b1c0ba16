import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { publication } from '../../packages/server-kit/src/publish/fixtures/publication.ts';
import { guideKeys, redisCache, redisWake } from '../../packages/server-kit/src/redis/index.ts';
import { describeWith } from './programs.ts';
import { startRedisCluster, type TestRedis } from './redis.ts';

describeWith('redis-server', 'a Redis cluster', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedisCluster();
  });
  afterAll(() => redis.stop());

  it('gets one key a command, from a client of ours and from one of the host', async () => {
    const { url } = redis;
    const cluster = createCluster({ rootNodes: [{ url }] });
    await cluster.connect();
    onTestFinished(() => cluster.destroy());
    const keys = guideKeys(publication());
    const node = await createClient({ url }).connect();
    await expect(node.del([...keys])).rejects.toThrow('CROSSSLOT');
    node.destroy();
    for (const given of [url, cluster]) {
      for (const key of keys) await cluster.set(key, 'stale');
      const sink = redisCache({ redis: given });
      await sink.publish(publication(), { signal: AbortSignal.timeout(10_000) });
      expect(await Promise.all(keys.map((key) => cluster.exists(key)))).toEqual([0, 0]);
      await sink.close?.();
    }
  });

  it('carries wake-ups', async () => {
    const received: (string | null)[] = [];
    const line = await redisWake({ url: redis.url })((message) => received.push(message));
    onTestFinished(() => line.leave());
    await expect.poll(() => received).toEqual([null]);
    if ('broadcast' in line) await line.broadcast('news');
    await expect.poll(() => received).toEqual([null, 'news']);
  });
});
