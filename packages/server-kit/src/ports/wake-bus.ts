/**
 * Carries wake-ups between nodes: joins, and gives back how to say something and how to leave.
 * `onMessage` is called with what others said (what this node said itself may come back), and with
 * null when something may have been missed, as after a lost connection. Messages are hints, below 8
 * 000 bytes: they may be lost, doubled or late, because whoever waits also looks into the journal
 * by itself, once a second.
 *
 * Postgres does it by default. For many nodes on one database, `redisWake` of
 * `@aiw3/nft-upgrade-server-kit/redis` takes the load off it.
 */
export type WakeBus = (onMessage: (message: string | null) => void) => Promise<WakeLine>;

/** One node's end of the bus. */
export interface WakeLine {
  /** Tells the other nodes that there is news. May be lost: a poll heals it. */
  say(message: string): Promise<unknown>;
  /** Says and hears nothing more. */
  leave(): Promise<void>;
}
