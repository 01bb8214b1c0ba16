import type { NftUpgradeError } from '../errors/error.ts';

/**
 * Where the wallet stands. It says what the wallet reported, never what happened on the chain.
 *
 * - `idle`: nothing was asked of it
 * - `inspecting`: the guard reads the transaction
 * - `prompting`: the wallet shows its request
 * - `submitting`: what was signed is handed to the server
 * - `submitted`: the server has it
 * - `rejected`: not signed, as far as the wallet tells; `error` says why
 * - `unknown`: no reliable answer; the server watches the chain
 */
export type WalletState =
  | 'idle'
  | 'inspecting'
  | 'prompting'
  | 'submitting'
  | 'submitted'
  | 'rejected'
  | 'unknown';

/** The wallet axis of an operation. */
export interface WalletStatus {
  readonly state: WalletState;
  readonly error: NftUpgradeError | null;
  /** What the transaction does, in one sentence for the person who signs; from the guard. */
  readonly sentence: string | null;
  /** Upper bound of the network fee in lamports, a decimal number. */
  readonly maxFeeLamports: string | null;
}

export const idleWallet: WalletStatus = Object.freeze({
  state: 'idle',
  error: null,
  sentence: null,
  maxFeeLamports: null,
});
