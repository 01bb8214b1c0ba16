import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { optionalPackage } from '../db/optional.ts';
import type { Publication, Sink } from '../ports/sink.ts';
import { createConnection } from '../publish/connection.ts';

/** What the cache needs of a client. Those of `redis` and `ioredis` both have it. */
export interface RedisKeys {
  /** Deletes keys. Gets one at a time: the nodes of a cluster refuse those of several slots. */
  del(keys: string[]): Promise<unknown>;
}

/** Which keys are cleared. */
export interface CacheOptions {
  /**
   * Address of the server, `redis://` or `rediss://`; needs the package `redis`. Or a client that
   * is connected, which stays yours: for a cluster of several nodes, one that `createCluster` made.
   */
  redis: string | RedisKeys;
  /** Keys that a publication makes untrue. Default: the two of the integration guide. */
  keys?(publication: Publication): readonly string[];
  /** Name of the sink, default `cache`. */
  name?: string;
  /** Longest time for one delivery. Milliseconds, default 5 000. */
  timeoutMs?: number;
}

/** `nft_qualification:{userId}` and `user_nfts:{userId}`. */
export const guideKeys = ({ principal }: Publication): readonly string[] => [
  `nft_qualification:${principal.id}`,
  `user_nfts:${principal.id}`,
];

/**
 * Clears what hosts keep in Redis about a user, whenever the user's asset moves or an operation
 * ends. Deleting is idempotent and needs no order.
 */
export function redisCache({
  redis,
  keys = guideKeys,
  name = 'cache',
  timeoutMs = 5_000,
}: CacheOptions): Sink {
  const open = async (url: string) => {
    const { createClient } = await optionalPackage('redis', () => import('redis'));
    // Commands fail at once while the server is away; the outbox tries again.
    const client = createClient({
      url,
      disableOfflineQueue: true,
      socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
    });
    // Without a listener a lost connection would end the process. What it means is reported by the
    // command that fails.
    client.on('error', () => undefined);
    return await client.connect();
  };
  const given = typeof redis === 'string' ? null : redis;
  const own =
    typeof redis === 'string'
      ? createConnection(
          () => open(redis),
          (client) => client.destroy(),
        )
      : null;

  return {
    name,
    timeoutMs,
    ordered: false,
    async publish(publication, { signal }) {
      const stale = [...keys(publication)];
      if (stale.length === 0) return;
      const clear = (client: RedisKeys) => Promise.all(stale.map((key) => client.del([key])));
      if (given) await clear(given);
      await own?.use(signal, clear).catch((cause: unknown) => {
        if (cause instanceof NftUpgradeError) throw cause;
        throw new NftUpgradeError('temporarily_unavailable', {
          message: 'Redis did not clear the cache.',
          cause,
        });
      });
    },
    ...(own && { close: own.drop }),
  };
}
