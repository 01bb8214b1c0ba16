import type { CallOptions } from './call.ts';

/**
 * Carries wake-ups between nodes: joins, and resolves to how to broadcast and how to leave.
 * `onMessage` is called with the messages of other nodes (those of this node may come back), and
 * with null when something may have been missed, as after a lost connection. Messages are hints
 * below 8 000 bytes: they may be lost, doubled or late, because every stream also reads the journal
 * by itself, once a second.
 *
 * Postgres does it by default. For many nodes on one database, `redisWake` of
 * `@aiw3/nft-upgrade-server-kit/redis` takes the load off it.
 */
export type WakeBus = (
  onMessage: (message: string | null) => void,
  options?: CallOptions,
) => Promise<WakeLine | FormerWakeLine>;

/** One node's end of the bus. */
export interface WakeLine {
  /** Sends the other nodes a message about news. It may be lost: a poll heals that. */
  broadcast(message: string, options?: CallOptions): Promise<unknown>;
  /** Sends and receives nothing more. */
  leave(options?: CallOptions): Promise<void>;
}

/** @deprecated `say` is `broadcast`. */
export interface FormerWakeLine extends Pick<WakeLine, 'leave'> {
  /** @deprecated It is `broadcast`. */
  say: WakeLine['broadcast'];
}
