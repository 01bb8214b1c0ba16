import type { Clock } from '../../client/environment.ts';
import { NftUpgradeError } from '../../errors/index.ts';

/** Time that stands still until it is told to move: a wait of five minutes runs in milliseconds. */
export interface VirtualTime {
  readonly clock: Clock;
  /** Timers that would still fire. */
  readonly pending: number;
  /** Lets everything happen that waits for no timer. */
  settle(): Promise<void>;
  /** Moves on by so many milliseconds, firing what falls due on the way, in order. */
  advance(ms: number): Promise<void>;
  /**
   * Moves on from timer to timer until the promise settles, and resolves with it.
   * @param limitMs virtual milliseconds, default one hour
   * @throws what the promise rejects with; NftUpgradeError `invalid_option` when the time is up, or
   *   nothing is left that could happen
   */
  until<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** The device slept: time has passed, no timer has fired. */
  sleep(ms: number): void;
}

/**
 * Captured, so that the fake timers of a test framework do not stop what waits for no timer. Pages
 * have no `setImmediate`.
 */
const { setTimeout: realTimeout } = globalThis;
const realImmediate = (globalThis as { setImmediate?: (callback: () => void) => unknown })
  .setImmediate;
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (realImmediate) realImmediate(resolve);
    else realTimeout(resolve, 0);
  });
const HOUR_MS = 3_600_000;

/**
 * A clock that stands still until a test moves it. @param startAt milliseconds since the epoch;
 * default 2026-11-23T10:00Z
 */
export function virtualTime(startAt: number = Date.UTC(2026, 10, 23, 10)): VirtualTime {
  let now = startAt;
  let next = 1;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const clock: Clock = {
    now: () => now,
    setTimeout(callback, delayMs) {
      timers.set(next, { at: now + Math.max(0, delayMs), callback });
      return next++;
    },
    clearTimeout: (timer) => timers.delete(Number(timer)),
  };
  /** Fires the next timer that is due by then. False when there is none. */
  const fire = async (until: number): Promise<boolean> => {
    const due = [...timers]
      .filter(([, { at }]) => at <= until)
      .sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
    if (!due) return false;
    timers.delete(due[0]);
    now = Math.max(now, due[1].at);
    due[1].callback();
    await settle();
    return true;
  };
  return {
    clock,
    get pending() {
      return timers.size;
    },
    settle,
    async advance(ms) {
      const until = now + ms;
      await settle();
      while (await fire(until));
      now = until;
    },
    async until(promise, limitMs = HOUR_MS) {
      const last = now + limitMs;
      let settled = false;
      const mark = () => {
        settled = true;
      };
      promise.then(mark, mark);
      await settle();
      while (!settled && (await fire(last)));
      if (!settled)
        throw new NftUpgradeError('invalid_option', {
          message: `Nothing settled what was waited for, in ${limitMs} ms of virtual time.`,
        });
      return promise;
    },
    sleep(ms) {
      now += ms;
    },
  };
}

/** Turns of the event loop that a chain of streams and promises may take between two timers. */
const TURNS = 8;

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
