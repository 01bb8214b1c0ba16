import { setImmediate } from 'node:timers';

/** Writes to sockets in one turn of the event loop: about three milliseconds. */
const WRITES = 256;

/** Steps in one turn: one that writes nothing is cheap, but not free. */
const STEPS = 8_192;

/** Work on many streams, one a step; true where something was written. */
export type Steps = Iterator<boolean, void>;

/**
 * Runs work in slices, a slice a turn of the event loop: a wave to 50,000 streams must not hold up
 * everybody else for a second. Little work is done at once, and never waits behind a large one for
 * longer than a slice.
 */
export function createSlices(): (work: Steps) => void {
  const waiting: Steps[] = [];
  let writes = WRITES;
  let steps = STEPS;
  let counting = false;

  /** True when the work is finished. */
  const advance = (work: Steps): boolean => {
    while (writes > 0 && steps > 0) {
      const step = work.next();
      if (step.done) return true;
      steps -= 1;
      if (step.value) writes -= 1;
    }
    return false;
  };
  const run = () => {
    while (writes > 0 && steps > 0) {
      const work = waiting.shift();
      if (!work) return;
      if (!advance(work)) waiting.push(work);
    }
  };
  const turn = () => {
    writes = WRITES;
    steps = STEPS;
    counting = waiting.length > 0;
    if (counting) setImmediate(turn);
    run();
  };

  return (work) => {
    waiting.push(work);
    if (!counting) setImmediate(turn);
    counting = true;
    // What waited before goes first.
    run();
  };
}
