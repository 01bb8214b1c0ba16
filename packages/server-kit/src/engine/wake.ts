import type { Db } from '../db/db.ts';
import { CHANNEL } from '../journal/journal.ts';
import { createWatchers } from '../journal/watchers.ts';

/** Tells who waits for an operation that it has news. A hint: it may be lost or needless. */
export interface Wake {
  subscribe(operationId: string, wake: () => void): () => void;
  /** News from this node, told without a way through the database. */
  tell(operationId: string): void;
  stop(): Promise<void>;
}

/** One channel for all operations of a node: the number of listeners in the database does not grow with the number of streams. */
export async function createWake(db: Db): Promise<Wake> {
  const watchers = createWatchers();
  // An empty payload follows a lost connection: anything may have happened meanwhile.
  const unlisten = await db.listen(CHANNEL, (payload) => (payload === '' ? watchers.wakeAll() : watchers.wake(payload)));
  return { tell: watchers.wake, subscribe: watchers.add, stop: unlisten };
}
