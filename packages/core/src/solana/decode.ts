import { encodeBase58 } from './base58.ts';
import { Reader } from './reader.ts';

/** Size limit of a transaction on the wire: one IPv6 packet of 1280 bytes less its headers. */
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

/** A transaction read from its wire bytes. */
export interface DecodedTransaction {
  version: 'legacy' | 0;
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
  instructions: readonly CompiledInstruction[];
  lookupTables: readonly LookupTable[];
}

/** `reason` is a word or two for developers. */
export type DecodeResult = { ok: true; transaction: DecodedTransaction } | { ok: false; reason: string };

/**
 * Reads a legacy or version 0 transaction. Never throws.
 *
 * As strict as the validators (solana-message `sanitize`, compact-u16 in its shortest form, no byte left over), because what this reads and what
 * the chain executes must be the same thing. `@solana/web3.js` is laxer.
 */
export function decodeTransaction(bytes: Uint8Array): DecodeResult {
  if (bytes.length > maxTransactionBytes) return { ok: false, reason: `${bytes.length} bytes` };
  // A copy: what was judged must not change afterwards under the hands of whoever owns the buffer.
  const reader = new Reader(Uint8Array.from(bytes));
  const signatures = reader.list(() => reader.take(64));
  const message = reader.rest();
  const first = reader.byte();
  const versioned = (first & 0x80) !== 0;
  if (versioned && first !== 0x80) reader.fail(`version ${first & 0x7f}`);
  const requiredSignatures = versioned ? reader.byte() : first;
  const readonlySigned = reader.byte();
  const readonlyUnsigned = reader.byte();
  const keys = reader.list(() => encodeBase58(reader.take(32)));
  const blockhash = encodeBase58(reader.take(32));
  const instructions = reader.list(() => ({
    programIndex: reader.byte(),
    accounts: [...reader.take(reader.length())],
    data: reader.take(reader.length()),
  }));
  const lookupTables = versioned
    ? reader.list(() => ({
        account: encodeBase58(reader.take(32)),
        writable: [...reader.take(reader.length())],
        readonly: [...reader.take(reader.length())],
      }))
    : [];
  if (reader.rest().length > 0) reader.fail('trailing bytes');
  const transaction: DecodedTransaction = {
    version: versioned ? 0 : 'legacy',
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
  const reason = reader.failure ?? inconsistency(transaction);
  return reason === undefined ? { ok: true, transaction } : { ok: false, reason };
}

/** The rules of solana-message `sanitize`: what breaks one is refused by every validator. */
function inconsistency(transaction: DecodedTransaction): string | undefined {
  const { signatures, requiredSignatures, readonlySigned, readonlyUnsigned, keys, instructions, lookupTables } = transaction;
  if (signatures.length !== requiredSignatures) return 'signature count';
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
