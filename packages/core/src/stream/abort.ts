import type { Clock } from '../client/environment.ts';
import { NftUpgradeError } from '../errors/error.ts';

/** A signal that aborts with another one, or when the time is up: then the other is not aborted. */
export interface Link {
  readonly signal: AbortSignal;
  /** The time does not count any more. */
  stop(): void;
  /** Neither does the other signal, which may live as long as the page. Has to be called. */
  unlink(): void;
}

/** @param timeoutMs Milliseconds. */
export function linkAbort(signal: AbortSignal | undefined, clock: Clock, timeoutMs: number): Link {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  const timer = clock.setTimeout(abort, timeoutMs);
  const stop = () => clock.clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    unlink() {
      stop();
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** Waits for a promise or for the signal. Wallets, token providers and replaced fetches do not all listen to a signal. @throws NftUpgradeError `aborted` */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new NftUpgradeError('aborted'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
  });
}
