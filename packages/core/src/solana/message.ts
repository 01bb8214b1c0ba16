import { encodeBase58 } from './base58.ts';
import type { DecodedTransaction } from './decode.ts';
import type { Reader } from './reader.ts';

/** What stands in a message. */
export type Message = Omit<DecodedTransaction, 'signatures' | 'message'>;

const address = (reader: Reader): string => encodeBase58(reader.take(32));

/** A legacy or version 0 message: lists with a compact-u16 in front. */
export function readMessage(reader: Reader): Message {
  const { byte, take, length, list, fail } = reader;
  const first = byte();
  const versioned = first >= 0x80;
  if (versioned && first !== 0x80) fail(`version ${first & 0x7f}`);
  return {
    version: versioned ? 0 : 'legacy',
    requiredSignatures: versioned ? byte() : first,
    readonlySigned: byte(),
    readonlyUnsigned: byte(),
    keys: list(() => address(reader)),
    blockhash: address(reader),
    instructions: list(() => ({ programIndex: byte(), accounts: [...take(length())], data: take(length()) })),
    lookupTables: versioned ? list(() => ({ account: address(reader), writable: [...take(length())], readonly: [...take(length())] })) : [],
  };
}

/**
 * A version 1 message (SIMD-0385, solana-message `v1`): counts in front, the compute budget in a mask and its values, the heads of all instructions before
 * their contents, no lookup tables. Values: bits 0 and 1 the priority fee in lamports, 2 the unit limit, 3 the data size limit, 4 the heap size.
 */
export function readMessage1(reader: Reader): Message {
  const { byte, take, u16, u32, list, fail } = reader;
  byte();
  const header = { requiredSignatures: byte(), readonlySigned: byte(), readonlyUnsigned: byte() };
  const mask = u32();
  const blockhash = address(reader);
  const [instructionCount, keyCount] = [byte(), byte()];
  const keys = list(() => address(reader), keyCount);
  const fee = mask & 3;
  // A bit nobody knows may mean anything, and half of the fee's means nothing.
  if (mask > 31 || fee === 1 || fee === 2) fail('config mask');
  const priorityFeeLamports = fee === 3 ? BigInt(u32()) + (BigInt(u32()) << 32n) : 0n;
  const [computeUnits, dataBytes, heapBytes] = [4, 8, 16].map((bit) => (mask & bit ? u32() : undefined));
  const heads = list(() => ({ programIndex: byte(), accounts: byte(), bytes: u16() }), instructionCount);
  return {
    version: 1,
    ...header,
    keys,
    blockhash,
    budget: { priorityFeeLamports, computeUnits, dataBytes, heapBytes },
    instructions: heads.map(({ programIndex, accounts, bytes }) => ({ programIndex, accounts: [...take(accounts)], data: take(bytes) })),
    lookupTables: [],
  };
}
