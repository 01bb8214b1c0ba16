import { setTimeout as sleep } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import { createWatchers } from '../journal/watchers.ts';
import type { WakeBus } from '../ports/wake-bus.ts';
import { within } from '../within.ts';

/** Wakes those who wait for an operation that has news. A hint: it may be lost or needless. */
export interface Wake {
  subscribe(operationId: string, wake: () => void): () => void;
  /**
   * News that this node has committed: its own waiters are woken at once, other nodes over the
   * bus.
   */
  notify(operationId: string): void;
  stop(): Promise<void>;
}

export interface WakeOptions {
  bus: WakeBus;
  /** Names this node on the bus, without a space. */
  node: string;
  onError(error: unknown): void;
  /**
   * Receives the news of other nodes before its own waiters are woken; null when anything may
   * have happened.
   */
  onNews?(operationId: string | null): void;
  /** How long what happens after a message waits for the next one. Milliseconds, default 5. */
  gatherMs?: number;
  /** A bus that does not answer has lost the message after this. Milliseconds, default 2 000. */
  timeoutMs?: number;
}

/** Postgres takes payloads below 8 000 bytes. */
const LONGEST_MESSAGE = 7_500;

/**
 * One bus for all operations of a node. NOTIFY takes a lock that all commits share: in each
 * transaction it brought 12 700 commits a second down to 2 000. So news goes out after the commit,
 * one message at a time, and what happens meanwhile shares the next one: the busier a node, the
 * fewer messages an event.
 */
export async function createWake({
  bus,
  node,
  onError,
  onNews,
  gatherMs = 5,
  timeoutMs = 2_000,
}: WakeOptions): Promise<Wake> {
  const watchers = createWatchers();
  const news = new Set<string>();
  let notifying: Promise<void> | null = null;
  let silent = false;

  const line = await bus((message) => {
    if (message === null) {
      onNews?.(null);
      return watchers.wakeAll();
    }
    const [from, ...ids] = message.split(' ');
    // Its own waiters were woken when it was broadcast.
    if (from === node) return;
    for (const id of ids) {
      onNews?.(id);
      watchers.wake(id);
    }
  });

  const late = () =>
    new NftUpgradeError('temporarily_unavailable', {
      message: `The wake-up bus did not answer within ${timeoutMs} ms.`,
    });
  const broadcast = async (message: string) => {
    try {
      const sent = 'broadcast' in line ? line.broadcast(message) : line.say(message);
      await within(timeoutMs, sent, late, { unref: true });
      silent = false;
    } catch (error) {
      // Reported once: while the bus is away, streams look into the journal by themselves.
      if (!silent) onError(error);
      silent = true;
    }
  };

  const notifyOthers = async () => {
    while (news.size > 0) {
      let message = node;
      for (const id of news) {
        if (message.length + id.length >= LONGEST_MESSAGE) break;
        message += ` ${id}`;
        news.delete(id);
      }
      await broadcast(message);
      if (news.size > 0) await sleep(gatherMs);
    }
    notifying = null;
  };

  return {
    subscribe: watchers.add,
    notify(operationId) {
      watchers.wake(operationId);
      news.add(operationId);
      notifying ??= notifyOthers();
    },
    async stop() {
      await notifying;
      await line.leave();
    },
  };
}

/** LISTEN and NOTIFY of the database that holds the journal: nothing else has to run. */
export const postgresWake =
  (db: Db, channel = 'nft_upgrade'): WakeBus =>
  async (onMessage) => ({
    // An empty payload follows a lost connection.
    leave: await db.listen(channel, (payload) => onMessage(payload === '' ? null : payload)),
    broadcast: (message) => db.sql('select pg_notify($1, $2)', [channel, message]),
  });
