import { encodeBase58 } from './base58.ts';
import { readVersion1 } from './decode-v1.ts';
import {
  type CompiledInstruction,
  maxTransactionBytes,
  readTransaction,
  type TableReader,
  type Transaction,
} from './transaction.ts';

/** Size limit of a transaction of version 1 on the chain (SIMD-0385). */
export const maxVersion1Bytes = 4096;

/**
 * A lookup table of a version 0 message. Its keys are counted after the static ones: first every
 * writable, then every readonly.
 */
export interface LookupTable {
  /** Address of the table, base58. */
  account: string;
  writable: readonly number[];
  readonly: readonly number[];
}

/**
 * The compute budget of a version 1 message, which has it in its header and not among the
 * instructions. Undefined where it is not set.
 */
export interface Budget {
  priorityFeeLamports: bigint;
  computeUnits: number | undefined;
  dataBytes: number | undefined;
  heapBytes: number | undefined;
}

/** A transaction read from its wire bytes. */
export interface DecodedTransaction {
  version: 'legacy' | 0 | 1;
  /** One a required signer, 64 bytes each, all zero where nobody signed yet. */
  signatures: readonly Uint8Array<ArrayBuffer>[];
  /** The bytes that are signed. */
  message: Uint8Array<ArrayBuffer>;
  requiredSignatures: number;
  readonlySigned: number;
  readonlyUnsigned: number;
  /** Static account keys, base58. The first pays the fee, the first `requiredSignatures` sign. */
  keys: readonly string[];
  /** base58 */
  blockhash: string;
  /** Version 1 only. */
  budget?: Budget;
  instructions: readonly CompiledInstruction[];
  lookupTables: readonly LookupTable[];
}

/** `reason` is a word or two for developers. */
export type DecodeResult =
  | { ok: true; transaction: DecodedTransaction }
  | { ok: false; reason: string };

/**
 * Reads a legacy, version 0 or version 1 transaction. Never throws.
 *
 * As strict as the validators (solana-message `sanitize`, compact-u16 in its shortest form, no byte
 * left over), because what this reads and what the chain executes must be the same thing.
 * `@solana/web3.js` is laxer.
 * @param most bytes that it may have. Default: what a burn may; for what landed, `maxVersion1Bytes`
 */
export function decodeTransaction(bytes: Uint8Array, most = maxTransactionBytes): DecodeResult {
  if (bytes.length > most) return { ok: false, reason: `${bytes.length} bytes` };
  let transaction: DecodedTransaction | undefined;
  try {
    // A copy: the owner of the buffer must not change it after it was judged.
    const copy = Uint8Array.from(bytes);
    // In front of the others stands the number of signatures, and 129 of them have no room in a
    // packet.
    transaction = copy[0] === 0x81 ? readVersion1(copy) : readOlder(copy);
  } catch {
    // A list that cannot be that long.
  }
  const reason = transaction ? inconsistency(transaction) : 'encoding';
  return transaction && reason === undefined
    ? { ok: true, transaction }
    : { ok: false, reason: reason ?? 'encoding' };
}

/**
 * Reads the bytes for a guard, in every version that `decodeTransaction` knows. Lookup tables are
 * refused: their content is not in the bytes, so nobody can see what such a transaction touches. So
 * is a heap, which no burn needs.
 *
 * @example solanaGuard({ read: readAnyVersion })
 */
export function readAnyVersion(bytes: Uint8Array): Transaction | undefined {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok || decoded.transaction.lookupTables.length > 0) return undefined;
  const { signatures, requiredSignatures, keys, instructions, budget } = decoded.transaction;
  if (budget?.heapBytes !== undefined) return undefined;
  return {
    signatures,
    requiredSignatures,
    keys,
    instructions,
    ...(budget && {
      // What is not set is 0 on the chain (solana-message `TransactionConfig`). There is no price:
      // the fee is a sum.
      header: {
        limit: budget.computeUnits ?? 0,
        price: 0,
        size: budget.dataBytes ?? 0,
        fee: Number(budget.priorityFeeLamports),
      },
    }),
  };
}

/** A legacy or version 0 transaction, with everything that a guard has no use for. */
function readOlder(bytes: Uint8Array<ArrayBuffer>): DecodedTransaction | undefined {
  const lookupTables: LookupTable[] = [];
  const readTables: TableReader = (take, length) => {
    const table = () => ({
      account: encodeBase58(take(32)),
      writable: [...take(length())],
      readonly: [...take(length())],
    });
    // A length that is none is Infinity, of which there is no list.
    lookupTables.push(...Array.from({ length: length() }, table));
    return 0;
  };
  const transaction = readTransaction(bytes, readTables);
  if (!transaction) return undefined;
  const { signatures, requiredSignatures, keys, instructions } = transaction;
  // Both counts have one byte: 128 signatures or keys have no room.
  const message = bytes.subarray(1 + 64 * signatures.length);
  const version = message[0] === 0x80 ? 0 : 'legacy';
  const [, readonlySigned = 0, readonlyUnsigned = 0, ...rest] =
    version === 0 ? message.subarray(1) : message;
  const afterKeys = 1 + 32 * keys.length;
  const blockhash = encodeBase58(Uint8Array.from(rest.slice(afterKeys, afterKeys + 32)));
  return {
    version,
    signatures,
    message,
    requiredSignatures,
    readonlySigned,
    readonlyUnsigned,
    keys,
    blockhash,
    instructions,
    lookupTables,
  };
}

/**
 * The rules of solana-message `sanitize` that are not about the header: what breaks one is refused
 * by every validator.
 */
function inconsistency(transaction: DecodedTransaction): string | undefined {
  const { keys, instructions, lookupTables } = transaction;
  let accounts = keys.length;
  for (const { writable, readonly } of lookupTables) {
    if (writable.length + readonly.length === 0) return 'unused lookup table';
    accounts += writable.length + readonly.length;
  }
  if (accounts > 256) return 'too many accounts';
  for (const { programIndex, accounts: indexes } of instructions) {
    // Index 0 pays the fee, and a program cannot. Nor may a program come out of a lookup table.
    if (programIndex === 0 || programIndex >= keys.length) return 'program index';
    if (indexes.some((index) => index >= accounts)) return 'account index';
  }
  return undefined;
}
