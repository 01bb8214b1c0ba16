import type { OperationEvent, Snapshot } from '../machine/types.ts';
import type { BurnTransaction } from '../phases/burn.ts';
import type { Connection } from '../stream/connection.ts';
import type { Counters } from '../stream/counters.ts';
import type { CallOptions } from './api.ts';
import type { Signed } from './sign.ts';
import type { WalletStatus } from './wallet-state.ts';

/**
 * All that is known about an operation in this client: three axes that never speak for one another.
 * Immutable.
 */
export interface OperationState<S = Snapshot> {
  /** Null until the server has named it. */
  readonly id: string | null;
  readonly process: string;
  /** Server truth: the folded log. Null before the first event. */
  readonly operation: S | null;
  /** How well this client follows it. */
  readonly connection: Connection;
  /** What the wallet reported. */
  readonly wallet: WalletStatus;
}

/** One run of a process, followed by this client. */
export interface Operation<S = Snapshot, E = OperationEvent> {
  /** Null until the server has named it; see `started`. */
  readonly id: string | null;
  readonly process: string;
  /**
   * Resolves with the id as soon as the operation is known to exist; rejects when the start was
   * refused, or detached before.
   */
  readonly started: Promise<string>;
  /**
   * Resolves with the last snapshot after a terminal event, whichever it is; look at its `status`.
   * A cut, a lost token or a given-up connection leave it pending. Rejects when the start was
   * refused, with `detached` after `detach()`, with `aborted` when the signal of the start was
   * aborted.
   */
  readonly done: Promise<S>;
  /** What was seen and healed so far. A copy. */
  readonly counters: Readonly<Counters>;
  /** The same object until something changes. */
  getSnapshot(): OperationState<S>;
  /**
   * Calls the listener after changes, once for all changes of a chunk. Returns the function that
   * ends it.
   */
  subscribe(listener: () => void): () => void;
  /**
   * Every event this client receives, from the first on, each once. Ends after the terminal event;
   * throws what `done` rejects with.
   */
  [Symbol.asyncIterator](): AsyncGenerator<E, void, undefined>;
  /**
   * Has the wallet sign the burn and hands it to the server. Needs the status `awaiting_burn`. A
   * failure leaves the operation as it is. A wallet cannot take its prompt back, so no second one
   * opens on top, after `detach()` and after an abort of `options.signal` neither: the account
   * stays busy (`sign_in_progress`) until the wallet has answered or `timing.promptMs` are over.
   * What it signs until then is still handed over.
   * @throws NftUpgradeError `burn_not_expected`, `sign_in_progress`, `wallet_not_connected` (also
   *   of a client without `signing`), `wrong_account`, `unsafe_transaction`,
   *   `modified_beyond_policy`, `protocol_unsupported`, `aborted`, the `wallet_…` codes, or why the
   *   server did not take it
   */
  sign(options?: CallOptions): Promise<Signed>;
  /**
   * A fresh burn transaction; the next `sign()` uses it. @throws NftUpgradeError
   * `burn_not_expected`, `burn_still_valid`, `wallet_not_connected` of a client without `signing`
   */
  renewBurn(options?: CallOptions): Promise<BurnTransaction>;
  /**
   * Asks the server to cancel. @throws NftUpgradeError `cancel_refused` past the point of no return
   */
  cancel(options?: CallOptions): Promise<void>;
  /**
   * Goes on after `gave_up` or `auth_required`; otherwise asks the server to run a waiting recovery
   * now. @throws NftUpgradeError `retry_refused`
   */
  retry(options?: CallOptions): Promise<void>;
  /**
   * Stops following. The operation goes on at the server, and what was signed is still handed over:
   * also what is signed in a prompt that is open now. Until it is answered, or `timing.promptMs`
   * are over, it is the one prompt of its account.
   */
  detach(): void;
  /** The same as `detach()`. */
  [Symbol.dispose](): void;
}
