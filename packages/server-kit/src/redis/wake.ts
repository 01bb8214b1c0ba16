import { optionalPackage } from '../db/optional.ts';
import type { WakeBus } from '../ports/wake-bus.ts';

/** Options of `redisWakeBus`. */
export interface RedisWakeOptions {
  /** Address of the server, `redis://` or `rediss://`. */
  url: string;
  /**
   * Channel of the messages, default `nft_upgrade`. One for each database, where several share a
   * server.
   */
  channel?: string;
  /** Called when the connection is lost. Nothing has to be done: it is opened again. */
  onError?(error: unknown): void;
}

/**
 * Wake-ups between nodes over Redis pub/sub instead of Postgres: a hint, with the journal as the
 * truth, so losing Redis costs at most a second of latency and nothing else. A server that is away
 * at the start, or later, is looked for in the background. Needs the package `redis`.
 *
 * @example createService({ …, wake: redisWake({ url: 'redis://cache:6379' }) })
 * @throws NftUpgradeError `missing_capability` without the package `redis`, when the service starts
 */
export const redisWake =
  ({ url, channel = 'nft_upgrade', onError }: RedisWakeOptions): WakeBus =>
  async (onMessage) => {
    const { createClient } = await optionalPackage('redis', () => import('redis'));
    const socket = {
      connectTimeout: 5_000,
      // With jitter: a hundred nodes that lost one server do not come back in step.
      reconnectStrategy: (tries: number) =>
        Math.min(2_000, 50 * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2),
    };
    // What cannot be sent now is not sent later: by then every node has looked by itself.
    const publisher = createClient({ url, socket, disableOfflineQueue: true });
    const listener = createClient({ url, socket, pingInterval: 10_000 });
    let left = false;
    const report = (error: unknown) => {
      try {
        if (!left) onError?.(error);
      } catch {
        // A hook of the host must not end the process (an error event without a listener would).
      }
    };
    for (const client of [publisher, listener]) client.on('error', report);
    // Messages from before the connection stood are missed.
    listener.on('ready', () => onMessage(null));
    for (const client of [publisher, listener]) client.connect().catch(report);
    listener.subscribe(channel, (message) => onMessage(message)).catch(report);
    return {
      broadcast: (message) => publisher.publish(channel, message),
      async leave() {
        left = true;
        for (const client of [publisher, listener]) client.destroy();
      },
    };
  };
