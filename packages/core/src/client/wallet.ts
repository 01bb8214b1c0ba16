import type { NftUpgradeError } from '../errors/error.ts';

/** One request to the wallet: sign this burn with this account. */
export interface SignRequest {
  /** Unsigned transaction, base64. */
  transaction: string;
  version: 'legacy' | 0;
  /** The account that has to sign, base58. */
  owner: string;
  /**
   * Aborted when nobody waits for the answer any more. Wallets cannot take a prompt back, so a late
   * answer is still possible.
   */
  signal: AbortSignal;
}

/**
 * What came out of one prompt. Only `signed` and `submitted` are facts about a signature; the other
 * three say what the wallet reported, and a report is no proof that nothing was sent. The chain
 * decides, so none of them ends an operation.
 */
export type WalletOutcome =
  /** Signed bytes came back and were not sent. The server stores them, then broadcasts. */
  | { kind: 'signed'; signedTransaction: string }
  /** The wallet signed and sent by itself. */
  | { kind: 'submitted'; signature: string }
  /** The wallet reports that the user declined. */
  | { kind: 'rejected'; error: NftUpgradeError }
  /** The prompt cannot have been shown: not connected, locked, wrong account. */
  | { kind: 'not_prompted'; error: NftUpgradeError }
  /** No answer, or one that says nothing reliable. */
  | { kind: 'unknown'; error: NftUpgradeError };

/**
 * What the client needs of a wallet. `@aiw3/nft-upgrade/wallet-adapter` makes one from a Solana
 * wallet adapter.
 */
export interface WalletPort {
  /** The connected account, base58, or null. */
  publicKey(): string | null;
  /** Prompts once. Never rejects: everything that can happen is an outcome. */
  sign(request: SignRequest): Promise<WalletOutcome>;
}
