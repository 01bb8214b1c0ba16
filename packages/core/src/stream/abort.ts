import { NftUpgradeError } from '../errors/error.ts';

/** A controller that aborts with any of the signals. `unlink` has to be called: a signal of the host may live as long as the page. */
export function linkAbort(...signals: readonly (AbortSignal | undefined)[]): { controller: AbortController; unlink: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of signals) {
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  }
  const unlink = () => {
    for (const signal of signals) signal?.removeEventListener('abort', abort);
  };
  return { controller, unlink };
}

/** Waits for a promise or for the signal. Wallets, token providers and replaced fetches do not all listen to a signal. @throws NftUpgradeError `aborted` */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new NftUpgradeError('aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
