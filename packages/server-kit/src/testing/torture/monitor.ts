import { setTimeout as sleep } from 'node:timers/promises';
import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../../db/db.ts';

/** An operation as the monitor sees it. Times are milliseconds since the epoch, of the database. */
export interface Sighting {
  readonly id: string;
  readonly status: string;
  readonly live: boolean;
  readonly seq: number;
  readonly lease: number;
  /** Last sign of it: an event, or a node that took it up or said that it is at work. */
  readonly signAt: number;
  /** Before that nothing is due; null when something is. */
  readonly retryAt: number | null;
}

/** How long operations have been held by nobody who makes progress. */
export interface Unowned {
  /** Ids of those that were seen and have not ended. */
  known(): string[];
  see(sightings: readonly Sighting[], now: number): void;
  /** The longest time so far, in milliseconds, and the status in which it was. */
  readonly oldestMs: number;
  readonly oldestStatus: string;
}

/**
 * Progress is an event, or another node that takes the operation up: `seq` or `lease` is another
 * one. That a node says that it lives is none, so a step that hangs is seen, and a node that is
 * frozen.
 */
export function createUnowned(): Unowned {
  const since = new Map<string, Sighting>();
  let oldestMs = 0;
  let oldestStatus = '';
  const count = ({ signAt, retryAt, status }: Sighting, until: number) => {
    const ms = until - Math.max(signAt, retryAt ?? 0);
    if (ms > oldestMs) [oldestMs, oldestStatus] = [ms, status];
  };
  return {
    known: () => [...since.keys()],
    see(sightings, now) {
      for (const sighting of sightings) {
        const before = since.get(sighting.id);
        const progressed = before?.seq !== sighting.seq || before.lease !== sighting.lease;
        if (before) count(before, progressed ? sighting.signAt : now);
        if (!sighting.live) since.delete(sighting.id);
        else if (progressed) since.set(sighting.id, sighting);
      }
    },
    get oldestMs() {
      return Math.round(oldestMs);
    },
    get oldestStatus() {
      return oldestStatus;
    },
  };
}

/** What a monitor has seen. Milliseconds. */
export interface Watched {
  /** Longest time that an operation with work due was held by nobody who made progress. */
  readonly oldestUnownedMs: number;
  /** The status in which it was. */
  readonly oldestUnownedStatus: string;
  /** Longest time in which no node was up, or the database took no writes. */
  readonly longestFoulMs: number;
}

const PAUSE_MS = 100;

/**
 * Looks at every live operation ten times a second.
 * @param isUp whether a node could work now
 */
export function startMonitor(db: Db, isUp: () => boolean): { stop(): Promise<Watched> } {
  const unowned = createUnowned();
  let stopped = false;
  let fairAt = performance.now();
  let longestFoulMs = 0;
  const look = async () => {
    const [seen] = await db.sql<{ now: number; writable: boolean; live: Sighting[] }>(
      `select extract(epoch from clock_timestamp()) * 1000 as now,
         current_setting('transaction_read_only') = 'off' as writable,
         (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'status', status, 'live', live,
             'seq', seq, 'lease', lease,
             'signAt', extract(epoch from greatest(updated_at, checked_at)) * 1000,
             'retryAt', (select extract(epoch from (data->>'retryAt')::timestamptz) * 1000
               from nft_upgrade.event e where e.operation_id = o.id and e.seq = o.seq))), '[]')
           from nft_upgrade.operation o where live or id = any($1::text[])) as live`,
      [unowned.known()],
    );
    if (!seen) return;
    unowned.see(seen.live, Number(seen.now));
    if (!seen.writable || !isUp()) return;
    longestFoulMs = Math.max(longestFoulMs, performance.now() - fairAt);
    fairAt = performance.now();
  };
  const running = (async () => {
    while (!stopped) {
      await look().catch((error: unknown) => {
        // It is away: that is seen by how long no look was fair.
        if (!isNftUpgradeError(error) || error.code !== 'database_unavailable') throw error;
      });
      await sleep(PAUSE_MS);
    }
  })();
  running.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await running;
      await look();
      return {
        oldestUnownedMs: unowned.oldestMs,
        oldestUnownedStatus: unowned.oldestStatus,
        longestFoulMs: Math.round(longestFoulMs),
      };
    },
  };
}
