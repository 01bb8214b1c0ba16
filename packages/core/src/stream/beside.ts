import type { Clock } from '../client/environment.ts';
import type { Attempts } from './attempt.ts';

/** A stream that has not spoken for this long is not waited for. Milliseconds. */
const BESIDE_MS = 3_000;

/**
 * Reads pages beside a stream: what has happened is then shown whether the stream works or not, and
 * which of the two is silent, the stream or the world, is known by it.
 */
export interface Beside {
  /** Reads one page, or waits for the one that is being read. True when it was read. */
  read(): Promise<boolean>;
  /** Begins with a new attempt: reads pages for as long as nothing stops it. */
  watch(): void;
  /** The stream speaks, or has ended. */
  stop(): void;
  /** True when a page was read since `watch()`. */
  proof(): boolean;
}

/** @param onPage called after each page that was read */
export function createBeside(
  attempts: Attempts,
  clock: Clock,
  closed: AbortSignal,
  onPage: () => void,
): Beside {
  let reading: Promise<boolean> | null = null;
  let timer: unknown = null;
  let proof = false;

  const readPage = async (): Promise<boolean> => {
    const { kind } = await attempts.run('poll', 'reconnect', closed);
    reading = null;
    const isRead = kind === 'polled' || kind === 'closed';
    if (isRead) {
      proof = true;
      onPage();
    }
    return isRead;
  };
  const read = async (): Promise<boolean> => {
    if (attempts.id() === null || closed.aborted) return false;
    reading ??= readPage();
    return reading;
  };
  const stop = () => clock.clearTimeout(timer);
  const later = () => {
    timer = clock.setTimeout(() => {
      later();
      void read();
    }, BESIDE_MS);
  };
  return {
    read,
    watch() {
      proof = false;
      stop();
      later();
    },
    stop,
    proof: () => proof,
  };
}
