import { encodeBase58 } from './base58.ts';

/**
 * Size limit of a transaction on the wire: one IPv6 packet of 1280 bytes less its headers. Version
 * 1 may have 4,096, but a burn needs 500: what is larger is no burn, whatever its version.
 */
export const maxTransactionBytes = 1232;

/** One instruction as the message stores it: accounts are indexes into the keys. */
export interface CompiledInstruction {
  programIndex: number;
  accounts: readonly number[];
  data: Uint8Array;
}

/** What a guard judges. */
export interface Transaction {
  /** One a required signer, 64 bytes each, all zero where nobody signed yet. */
  signatures: readonly Uint8Array<ArrayBuffer>[];
  requiredSignatures: number;
  /** Static account keys, base58. The first pays the fee, the first `requiredSignatures` sign. */
  keys: readonly string[];
  instructions: readonly CompiledInstruction[];
  /**
   * What a version 1 message says in its header, by the kind of the instruction that says it in the
   * others: it is not said twice. `fee`: lamports.
   */
  header?: Readonly<Record<'limit' | 'price' | 'size' | 'fee', number>>;
}

/** Is given the next bytes, and the next compact-u16: Infinity for one that is none. */
export type TableReader = (
  take: (count: number) => Uint8Array<ArrayBuffer>,
  length: () => number,
) => number;

/**
 * Reads a legacy or version 0 transaction. Strict, because what this reads and what the chain
 * executes must be the same thing: a compact-u16 in its shortest form, no byte left over, a header
 * whose counts are possible (solana-message `sanitize`). `@solana/web3.js` is laxer.
 *
 * @param readTables reads the lookup tables of a version 0 message. @returns 0. Default: there must
 *   be none.
 * @returns undefined for anything else
 * @throws RangeError where more than a packet is asked for: garbage that announces long lists costs
 *   no more than a transaction
 */
export function readTransaction(
  bytes: Uint8Array<ArrayBuffer>,
  readTables?: TableReader,
): Transaction | undefined {
  let at = 0;
  // Reads as empty beyond the end, and the offset stays beyond it: whether all was there is asked
  // once, at the end.
  const take = (count: number) => {
    at += count;
    if (at > maxTransactionBytes) throw RangeError();
    return bytes.subarray(at - count, at);
  };
  const byte = () => take(1)[0] ?? 0;
  /**
   * A compact-u16: seven bits a byte, the lowest first, in the shortest form (solana-short-vec
   * refuses `80 00` for 0). A third byte would begin at 16,384: that many bytes are in no
   * transaction, so what looks like one leads beyond the end.
   */
  const length = () => {
    const low = byte();
    return low < 128 ? low : low + (byte() || Infinity) * 128 - 128;
  };
  const list = <Item>(read: () => Item): Item[] => Array.from({ length: length() }, read);
  const some = () => take(length());

  const signatures = list(() => take(64));
  const first = byte();
  const requiredSignatures = first < 128 ? first : byte();
  const readonlySigned = byte();
  const readonlyUnsigned = byte();
  const keys = list(() => encodeBase58(take(32)));
  take(32);
  const instructions = list(() => ({ programIndex: byte(), accounts: [...some()], data: some() }));
  const whole =
    (first < 128 || (first === 128 && !(readTables ?? length)(take, length))) &&
    at === bytes.length &&
    signatures.length === requiredSignatures &&
    readonlySigned < requiredSignatures &&
    requiredSignatures + readonlyUnsigned <= keys.length;
  return whole ? { signatures, requiredSignatures, keys, instructions } : undefined;
}
