import type { Db } from '../db/db.ts';
import { type Lease, releaseLeases } from './lease.ts';

/** Gives back what this node no longer works on. */
export interface Releases {
  /** Together with others, a moment later. */
  add(lease: Lease): void;
  /**
   * What was not given back yet is still held: resolves to its number. What is just being given
   * back can be taken as soon as this has resolved.
   */
  withdraw(operationId: string): Promise<number | null>;
  /** All of them now. */
  flush(): Promise<void>;
}

/** How long leases are gathered, to go in one statement. */
const GATHER_MS = 10;
/** Until what the database did not take is given back again. */
const AGAIN_MS = 1_000;

export function createReleases(db: Db, onError: (error: unknown) => void): Releases {
  const waiting = new Map<string, number>();
  /** What is just being given back. */
  const leaving = new Map<string, Promise<void>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const leases = [...waiting].map(([operationId, lease]) => ({ operationId, lease }));
    waiting.clear();
    const released = releaseLeases(db, leases)
      .catch((error: unknown) => {
        onError(error);
        for (const lease of leases) add(lease, AGAIN_MS);
      })
      .finally(() => {
        for (const { operationId } of leases) leaving.delete(operationId);
      });
    for (const { operationId } of leases) leaving.set(operationId, released);
    await released;
  };
  const add = ({ operationId, lease }: Lease, afterMs = GATHER_MS) => {
    if (afterMs === AGAIN_MS && waiting.has(operationId)) return;
    waiting.set(operationId, lease);
    timer ??= setTimeout(() => void flush(), afterMs).unref();
  };
  return {
    add: (lease) => add(lease),
    async withdraw(operationId) {
      await leaving.get(operationId);
      const lease = waiting.get(operationId) ?? null;
      waiting.delete(operationId);
      return lease;
    },
    flush,
  };
}
