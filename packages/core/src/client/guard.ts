/** What a transaction is allowed to be: the burn of one NFT by its owner for one operation. */
export interface BurnExpectation {
  operationId: string;
  /** Mint address of the NFT, base58. */
  mint: string;
  /** Owner, signer and by default fee payer, base58. */
  owner: string;
  /** Recorded token program, base58. Either token program is accepted when it is left out. */
  tokenProgram?: string;
  /**
   * Whole text of the memo, where it is known: always on a server, and for an operation of a former
   * definition. Default: one that names the operation, of whichever deployment.
   */
  memo?: string;
}

/** One thing that a transaction does beyond what is allowed. */
export interface GuardFinding {
  /** Stable name of the rule, for programs. */
  rule: string;
  /** What differs, in one sentence. */
  message: string;
  /** Index of the instruction, where it is about one. */
  instruction?: number;
}

/** What a guard makes of a transaction: safe, in one sentence; or what is wrong with it. */
export type GuardVerdict =
  | {
      safe: true;
      /** What the transaction does, in one sentence for the person who is about to sign. */
      sentence: string;
      /** Upper bound of the network fee in lamports, priority fee included. */
      maxFeeLamports: bigint;
    }
  | { safe: false; findings: readonly GuardFinding[] };

/** Judges the bytes of a transaction. Pure; never throws; what it cannot read is unsafe. */
export interface Guard {
  /** `stage` is `before` for what the server sent, `after` for what the wallet returned. */
  inspect(transaction: string, expected: BurnExpectation, stage: 'before' | 'after'): GuardVerdict;
}
