import { type Message, readMessage, readMessage1 } from './message.ts';
import { createReader } from './reader.ts';

/**
 * Size limit of a transaction on the wire: one IPv6 packet of 1280 bytes less its headers. Version 1 may have 4,096, but a burn needs 500: what is larger is
 * no burn, whatever its version.
 */
export const maxTransactionBytes = 1232;

/** One instruction as the message stores it: accounts are indexes into the keys. */
export interface CompiledInstruction {
  programIndex: number;
  accounts: readonly number[];
  data: Uint8Array;
}

/** A lookup table of a version 0 message. Its keys are counted after the static ones: first every writable, then every readonly. */
export interface LookupTable {
  /** Address of the table, base58. */
  account: string;
  writable: readonly number[];
  readonly: readonly number[];
}

/** The compute budget of a version 1 message, which has it in its header and not among the instructions. Undefined where it is not set. */
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
export type DecodeResult = { ok: true; transaction: DecodedTransaction } | { ok: false; reason: string };

/**
 * Reads a legacy, version 0 or version 1 transaction. Never throws.
 *
 * As strict as the validators (solana-message `sanitize`, compact-u16 in its shortest form, no byte left over), because what this reads and what
 * the chain executes must be the same thing. `@solana/web3.js` is laxer.
 */
export function decodeTransaction(bytes: Uint8Array): DecodeResult {
  if (bytes.length > maxTransactionBytes) return { ok: false, reason: `${bytes.length} bytes` };
  // A copy: what was judged must not change afterwards under the hands of whoever owns the buffer.
  const reader = createReader(Uint8Array.from(bytes));
  const signature = () => reader.take(64);
  // In front of the others stands the number of signatures, and 129 of them have no room in a packet.
  const isVersion1 = bytes[0] === 0x81;
  const before = isVersion1 ? [] : reader.list(signature);
  const rest = reader.rest();
  const message = isVersion1 ? readMessage1(reader) : readMessage(reader);
  const signed = rest.subarray(0, rest.length - reader.rest().length);
  const signatures = isVersion1 ? reader.list(signature, message.requiredSignatures) : before;
  if (reader.rest().length > 0) reader.fail('trailing bytes');
  const reason = reader.failure() ?? inconsistency(message, signatures.length);
  return reason === undefined ? { ok: true, transaction: { ...message, signatures, message: signed } } : { ok: false, reason };
}

/** The rules of solana-message `sanitize`: what breaks one is refused by every validator. */
function inconsistency(message: Message, signatures: number): string | undefined {
  const { requiredSignatures, readonlySigned, readonlyUnsigned, keys, instructions, lookupTables } = message;
  if (signatures !== requiredSignatures) return 'signature count';
  if (readonlySigned >= requiredSignatures) return 'no fee payer';
  if (requiredSignatures + readonlyUnsigned > keys.length) return 'account count';
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
