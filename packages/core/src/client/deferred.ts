import type { NftUpgradeError } from '../errors/error.ts';

/** A promise with its ends in hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: NftUpgradeError): void;
}

export function deferred<T>(): Deferred<T> {
  let ends: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = handled(
    new Promise<T>((resolve, reject) => {
      ends = { resolve, reject };
    }),
  );
  return { promise, ...(ends as unknown as Omit<Deferred<T>, 'promise'>) };
}

/**
 * A rejection is for who awaits it: `onClick={() => void sign()}` must not end in the page's error
 * log.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
