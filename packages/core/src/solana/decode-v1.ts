import { encodeBase58 } from './base58.ts';
import type { DecodedTransaction } from './decode.ts';

/** Most of each in a version 1 transaction (solana-message `v1::constants`). */
const most = { signatures: 12, keys: 64, instructions: 64 } as const;
/** A heap is a multiple of this, in bytes. */
const heapStep = 1_024;

/**
 * A version 1 transaction (SIMD-0385, solana-message `v1`): counts in front, the compute budget in
 * a mask and its values, the heads of all instructions before their contents, no lookup tables, and
 * the signatures behind the message. Values: bits 0 and 1 the priority fee in lamports, 2 the unit
 * limit, 3 the data size limit, 4 the heap size.
 *
 * @returns undefined for bytes that are none
 * @throws RangeError where they end too early
 */
export function readVersion1(bytes: Uint8Array<ArrayBuffer>): DecodedTransaction | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 1;
  const take = (count: number) => {
    at += count;
    return bytes.subarray(at - count, at);
  };
  /** The offset of the next bytes. A view throws beyond its end. */
  const next = (count: number) => take(count).byteOffset - bytes.byteOffset;
  const byte = () => view.getUint8(next(1));
  const u16 = () => view.getUint16(next(2), true);
  const u32 = () => view.getUint32(next(4), true);
  const times = <Item>(count: number, read: () => Item): Item[] =>
    Array.from({ length: count }, read);

  const [requiredSignatures, readonlySigned, readonlyUnsigned] = [byte(), byte(), byte()];
  const mask = u32();
  const blockhash = encodeBase58(take(32));
  const [instructionCount, keyCount] = [byte(), byte()];
  if (
    requiredSignatures > most.signatures ||
    keyCount > most.keys ||
    instructionCount > most.instructions
  )
    return undefined;
  if (readonlySigned >= requiredSignatures || requiredSignatures + readonlyUnsigned > keyCount)
    return undefined;
  const keys = times(keyCount, () => encodeBase58(take(32)));
  const fee = mask & 3;
  // A bit nobody knows may mean anything, and half of the fee's means nothing.
  if (mask > 31 || fee === 1 || fee === 2) return undefined;
  const priorityFeeLamports = fee === 3 ? BigInt(u32()) + (BigInt(u32()) << 32n) : 0n;
  const [computeUnits, dataBytes, heapBytes] = [4, 8, 16].map((bit) =>
    mask & bit ? u32() : undefined,
  );
  if (heapBytes !== undefined && heapBytes % heapStep !== 0) return undefined;
  const heads = times(instructionCount, () => ({
    programIndex: byte(),
    accounts: byte(),
    bytes: u16(),
  }));
  const instructions = heads.map((head) => ({
    programIndex: head.programIndex,
    accounts: [...take(head.accounts)],
    data: take(head.bytes),
  }));
  const message = bytes.subarray(0, at);
  const signatures = times(requiredSignatures, () => take(64));
  if (at !== bytes.length) return undefined;
  const header = { requiredSignatures, readonlySigned, readonlyUnsigned };
  const budget = { priorityFeeLamports, computeUnits, dataBytes, heapBytes };
  return {
    version: 1,
    ...header,
    signatures,
    message,
    keys,
    blockhash,
    budget,
    instructions,
    lookupTables: [],
  };
}
