import type { Db } from '../db/db.ts';
import { CHANNEL } from '../journal/journal.ts';

/** Tells who waits for an operation that it has news. A hint: it may be lost or needless. */
export interface Wake {
  subscribe(operationId: string, wake: () => void): () => void;
  /** News from this node, told without a way through the database. */
  tell(operationId: string): void;
  stop(): Promise<void>;
}

/** One channel for all operations of a node: the number of listeners in the database does not grow with the number of streams. */
export async function createWake(db: Db): Promise<Wake> {
  const waiting = new Map<string, Set<() => void>>();
  const tell = (operationId: string) => {
    for (const wake of waiting.get(operationId) ?? []) wake();
  };
  const unlisten = await db.listen(CHANNEL, (payload) => {
    // An empty payload follows a lost connection: anything may have happened meanwhile.
    if (payload === '') for (const id of waiting.keys()) tell(id);
    else tell(payload);
  });
  return {
    tell,
    subscribe(operationId, wake) {
      const wakes = waiting.get(operationId) ?? new Set();
      waiting.set(operationId, wakes.add(wake));
      return () => {
        wakes.delete(wake);
        if (wakes.size === 0 && waiting.get(operationId) === wakes) waiting.delete(operationId);
      };
    },
    stop: unlisten,
  };
}
