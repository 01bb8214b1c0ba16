import { setImmediate } from 'node:timers/promises';

/**
 * Gives the event loop one turn after a query. Everything that PGlite awaits is a microtask, so
 * under load timers and sockets never got a turn: a 5 ms timer fired 0 times in 4 s, and no stream
 * was written.
 */
export async function withTurn<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } finally {
    await setImmediate();
  }
}
