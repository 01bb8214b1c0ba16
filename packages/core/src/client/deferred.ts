import { type NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';

/** A promise with its ends in hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: NftUpgradeError): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: NftUpgradeError) => void = () => undefined;
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  promise.catch(() => undefined); // who never looks at it must not be told of an unhandled rejection
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(toNftUpgradeError(error, 'internal')) };
}
