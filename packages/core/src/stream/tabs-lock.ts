import type { Clock, LockRequest, Locks } from '../client/environment.ts';

/** Locks that do not answer for so long never will. Milliseconds. */
const ANSWER_MS = 3_000;

/** What became of a request for the lock. */
export type LockEnd =
  /** Another tab has it. */
  | 'taken'
  /** This tab had it, and has let go. */
  | 'released'
  /** This tab had it, and was taken for dead by another one. */
  | 'stolen'
  /** There are no locks here: refused, broken, or without an answer. */
  | 'unavailable';

/** One lock among the tabs of an origin. */
export interface TabsLock {
  /** Resolves when the lock was not given, or is not held any more. Never rejects. */
  request(how: LockRequest): Promise<LockEnd>;
  /** True while this tab has it. */
  holds(): boolean;
  release(): void;
}

/** @param onHeld called when the lock is given; false gives it back at once */
export function createTabsLock(
  locks: Locks,
  clock: Clock,
  name: string,
  onHeld: () => boolean,
): TabsLock {
  let free: (() => void) | null = null;

  return {
    request: (how) =>
      new Promise<LockEnd>((resolve) => {
        let own: (() => void) | null = null;
        // A request that waits for its turn may wait for ever.
        const timer =
          how.signal === undefined && clock.setTimeout(() => resolve('unavailable'), ANSWER_MS);
        const hold = async (lock: unknown): Promise<LockEnd> => {
          clock.clearTimeout(timer);
          if (lock === null) return 'taken';
          const done = new Promise<void>((release) => {
            own = release;
          });
          free = own;
          if (onHeld()) await done;
          return 'released';
        };
        const lost = () => {
          const had = own !== null && free === own;
          if (had) free = null;
          resolve(had ? 'stolen' : 'unavailable');
        };
        const ask = async () => locks.request(name, how, hold);
        ask()
          .then(resolve, lost)
          .finally(() => clock.clearTimeout(timer));
      }),
    holds: () => free !== null,
    release() {
      free?.();
      free = null;
    },
  };
}
