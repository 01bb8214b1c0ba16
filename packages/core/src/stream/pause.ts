import type { Clock } from '../client/environment.ts';

/** A wait that can be ended early. */
export interface Pause {
  /** Resolves with false after the delay, with true when woken. Null waits until woken. */
  wait(delayMs: number | null): Promise<boolean>;
  /** Ends the present wait, if there is one. */
  wake(): void;
}

export function createPause(clock: Clock): Pause {
  let release = () => {};
  return {
    wait(delayMs) {
      return new Promise((resolve) => {
        const timer = delayMs === null ? null : clock.setTimeout(() => resolve(false), delayMs);
        release = () => {
          clock.clearTimeout(timer);
          resolve(true);
        };
      });
    },
    wake: () => release(),
  };
}
