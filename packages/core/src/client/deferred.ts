import type { NftUpgradeError } from '../errors/error.ts';

/** A promise with its ends in hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: NftUpgradeError): void;
}

export function deferred<T>(): Deferred<T> {
  let ends: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    ends = { resolve, reject };
  });
  // who never looks at it must not be told of an unhandled rejection
  promise.catch(() => undefined);
  return { promise, ...(ends as unknown as Omit<Deferred<T>, 'promise'>) };
}
