import type { OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { Loaded } from './journal.ts';

/** Whose log is read. */
export interface Owned {
  readonly process: string;
  readonly operationId: string;
  readonly principal: string;
}

/**
 * The logs that this node has committed to last: waiters that it wakes need not ask the database
 * for what it has in memory. News from another node makes the copy here old, so it is dropped. A
 * copy that is old without news costs what a lost wake-up costs: a stream reads again a moment
 * later, and behind its cursor the copy has nothing.
 */
export interface RecentLog {
  keep(loaded: Loaded): void;
  /** Events above `after`; null when there are none here, or it is not known whether there are. */
  read(owned: Owned, after: number, limit: number): readonly OperationEvent[] | null;
  /** Another node has news of it; null for any. */
  drop(operationId: string | null): void;
}

/** Logs that are kept: of operations that move this very moment. */
const MOST = 256;

export function createRecentLog(): RecentLog {
  const kept = new Map<string, Loaded>();
  return {
    keep(loaded) {
      const { id } = loaded.row;
      kept.delete(id);
      kept.set(id, loaded);
      const [oldest] = kept.keys();
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
    },
    read({ process, operationId, principal }, after, limit) {
      const loaded = kept.get(operationId);
      if (
        !loaded ||
        loaded.row.principal !== principal ||
        loaded.row.process !== process ||
        loaded.snapshot.seq <= after
      )
        return null;
      const events = loaded.events.filter(({ seq }) => seq > after);
      return events.slice(0, limit);
    },
    drop(operationId) {
      if (operationId === null) kept.clear();
      else kept.delete(operationId);
    },
  };
}
