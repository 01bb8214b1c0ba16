import * as z from 'zod/mini';

// Every method that the kit asks a node for, with what an answer has to look like. What is
// malformed is no answer: another node is asked.

interface At {
  commitment: 'processed' | 'confirmed' | 'finalized';
}
interface AccountOptions extends At {
  encoding: 'base64';
  dataSlice?: { offset: number; length: number };
}

/** Parameters of each method. */
export interface RpcParameters {
  getGenesisHash: readonly [];
  getEpochInfo: readonly [At];
  getAccountInfo: readonly [address: string, AccountOptions];
  getTokenAccountsByOwner: readonly [
    owner: string,
    filter: { mint: string } | { programId: string },
    AccountOptions,
  ];
  getSignatureStatuses: readonly [
    signatures: readonly string[],
    { searchTransactionHistory: boolean },
  ];
  getTransaction: readonly [
    signature: string,
    {
      commitment: 'confirmed' | 'finalized';
      encoding: 'base64';
      maxSupportedTransactionVersion: number;
    },
  ];
  getSignaturesForAddress: readonly [
    address: string,
    { commitment: 'confirmed' | 'finalized'; limit: number; before?: string },
  ];
  getBalance: readonly [address: string, At];
  getMinimumBalanceForRentExemption: readonly [bytes: number];
  getLatestBlockhash: readonly [At];
  isBlockhashValid: readonly [blockhash: string, At];
  getRecentPrioritizationFees: readonly [accounts: readonly string[]];
  simulateTransaction: readonly [
    transaction: string,
    At & { encoding: 'base64'; sigVerify: boolean; replaceRecentBlockhash: boolean },
  ];
  sendTransaction: readonly [
    transaction: string,
    { encoding: 'base64'; skipPreflight: boolean; maxRetries: number },
  ];
}

/** A method that the kit asks for. */
export type RpcMethod = keyof RpcParameters;

const count = z.int().check(z.nonnegative());
const key = z.string().check(z.regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/));
const signature = z.string().check(z.regex(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/));
const base64 = z.tuple([z.string(), z.literal('base64')]);
const inContext = <Value extends z.ZodMiniType>(value: Value) =>
  z.object({ context: z.object({ slot: count }), value });

const account = z.object({ owner: key, lamports: count, executable: z.boolean(), data: base64 });
const levels = z.enum(['processed', 'confirmed', 'finalized']);
/** An error of a transaction; null where it succeeded. A missing one says neither. */
const err = z.union([z.null(), z.string(), z.record(z.string(), z.unknown())]);

const status = z.object({
  slot: count,
  err,
  confirmations: z.optional(z.nullable(count)),
  confirmationStatus: z.optional(z.nullable(levels)),
});

const balance = z.object({
  accountIndex: count,
  mint: key,
  owner: key,
  programId: key,
  uiTokenAmount: z.object({ amount: z.string().check(z.regex(/^\d+$/)), decimals: count }),
});

const landed = z.object({
  slot: count,
  transaction: base64,
  meta: z.object({
    err,
    postBalances: z.array(count),
    preTokenBalances: z.array(balance),
    postTokenBalances: z.array(balance),
    loadedAddresses: z.optional(
      z.nullable(z.object({ writable: z.array(key), readonly: z.array(key) })),
    ),
  }),
});

const shapes = {
  getGenesisHash: key,
  getEpochInfo: z.object({ absoluteSlot: count, blockHeight: count }),
  getAccountInfo: inContext(z.nullable(account)),
  getTokenAccountsByOwner: inContext(z.array(z.object({ pubkey: key, account }))),
  getSignatureStatuses: inContext(z.array(z.nullable(status))),
  getTransaction: z.nullable(landed),
  getSignaturesForAddress: z.array(
    z.object({
      signature,
      slot: count,
      err,
      memo: z.optional(z.nullable(z.string())),
      confirmationStatus: z.optional(z.nullable(levels)),
    }),
  ),
  getBalance: inContext(count),
  getMinimumBalanceForRentExemption: count,
  getLatestBlockhash: inContext(z.object({ blockhash: key, lastValidBlockHeight: count })),
  isBlockhashValid: inContext(z.boolean()),
  getRecentPrioritizationFees: z.array(z.object({ prioritizationFee: count })),
  simulateTransaction: inContext(
    z.object({
      err,
      logs: z.nullable(z.array(z.string())),
      unitsConsumed: z.optional(z.nullable(count)),
    }),
  ),
  sendTransaction: signature,
} satisfies Record<RpcMethod, z.ZodMiniType>;

/** The answer to a method. */
export type RpcAnswer<Method extends RpcMethod> = z.output<(typeof shapes)[Method]>;

/** Reads an answer, and refuses what is not one. */
interface AnswerReader<Answer> {
  safeParse(result: unknown): { success: true; data: Answer } | { success: false };
}

/** How the answer to each method is read. */
export const rpcAnswers: { readonly [Method in RpcMethod]: AnswerReader<RpcAnswer<Method>> } =
  shapes;

/** What a node knows of a signature. */
export type SignatureStatus = z.output<typeof status>;

/** A landed transaction as a node shows it, in bytes. */
export type ShownTransaction = z.output<typeof landed>;

/** One line of the history of an address. */
export type HistoryEntry = RpcAnswer<'getSignaturesForAddress'>[number];
