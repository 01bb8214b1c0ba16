import type { Clock } from '../client/environment.ts';
import { NftUpgradeError } from '../errors/error.ts';

/**
 * Calls back when the signal is aborted, at once if it is. Returns what ends that: a signal of the
 * host may live as long as the page.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  signal?.addEventListener('abort', listener);
  return () => signal?.removeEventListener('abort', listener);
}

/** A signal that aborts with another one, or when the time is up: then the other is not aborted. */
export interface Link {
  readonly signal: AbortSignal;
  /** The time does not count any more. */
  stop(): void;
  /** Neither does the other signal. Has to be called. */
  unlink(): void;
}

/** @param timeoutMs Milliseconds. */
export function linkAbort(signal: AbortSignal | undefined, clock: Clock, timeoutMs: number): Link {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const unlisten = onAbort(signal, abort);
  const timer = clock.setTimeout(abort, timeoutMs);
  const stop = () => clock.clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    unlink() {
      stop();
      unlisten();
    },
  };
}

/**
 * Waits for a promise or for the signal. Wallets, token providers and replaced fetches do not all
 * listen to a signal. @throws NftUpgradeError `aborted`
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    promise
      .then(resolve, reject)
      .finally(onAbort(signal, () => reject(new NftUpgradeError('aborted'))));
  });
}
