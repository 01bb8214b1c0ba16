import { setTimeout as sleep } from 'node:timers/promises';
import { undoneBy } from './errors.ts';

/** How often a transaction that runs into others is begun. */
const TRIES = 3;
const PAUSE_MS = 10;

/**
 * Runs the work again where the database has undone it and a moment later may do it: after a
 * deadlock or a serialization failure, and on another session after one that is stale.
 * @param sessions how many of them the pool holds: each may be stale
 */
export async function again<T>(sessions: number, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const trouble = undoneBy(error);
      const most = trouble === 'stale_session' ? sessions + 1 : TRIES;
      if (trouble === null || tries >= most) throw error;
      // What collided must not come back together.
      if (trouble !== 'stale_session') await sleep(PAUSE_MS * 2 ** tries * Math.random());
    }
  }
}

/**
 * A statement of a script may have been committed by the script itself, so a script is never run
 * again.
 */
export const isOneStatement = (text: string, parameters?: readonly unknown[]): boolean =>
  (parameters !== undefined && parameters.length > 0) || !text.includes(';');
