import type { NftUpgradeError, OperationState, Snapshot } from '@aiw3/nft-upgrade';

/**
 * What components watch: an operation, or a place of the page where one will be. Its functions
 * never change.
 */
export interface Watchable<S = Snapshot> {
  /** Name of the process. */
  readonly process: string;
  /** The same object until something changes; null while there is no operation. */
  getSnapshot(): OperationState<S> | null;
  /** Calls the listener after changes. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** What a server rendered, where that may differ from the present state. */
  getServerSnapshot?(): OperationState<S> | null;
  /**
   * Why the last command was refused; what `useNftUpgrade()` and its like know, and an operation
   * does not.
   */
  readonly refusal?: NftUpgradeError | null;
}

/** Nothing, and no news of it. */
export const nowhere: Watchable<never> = {
  process: '',
  getSnapshot: () => null,
  subscribe: () => () => {},
};
