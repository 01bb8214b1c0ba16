import { decodeBase58 } from '../solana/base58.ts';
import type { DecodedTransaction } from '../solana/decode.ts';
import type { CompiledInstruction } from '../solana/transaction.ts';

/** What a message is made of; the rest of a decoded transaction follows from it. */
export type MessageParts = Omit<DecodedTransaction, 'message'>;

/**
 * The wire bytes of a transaction: the inverse of `decodeTransaction`. What the parts say is
 * written as it is, sensible or not.
 */
export function encodeTransaction(parts: MessageParts): Uint8Array<ArrayBuffer> {
  const { signatures } = parts;
  return Uint8Array.from([
    ...compact(signatures.length),
    ...signatures.flatMap((signature) => [...signature]),
    ...encodeMessage(parts),
  ]);
}

/** The bytes that are signed. */
export function encodeMessage(parts: Omit<MessageParts, 'signatures'>): Uint8Array<ArrayBuffer> {
  const { version, keys, blockhash, instructions, lookupTables } = parts;
  return Uint8Array.from([
    ...(version === 'legacy' ? [] : [0x80]),
    parts.requiredSignatures,
    parts.readonlySigned,
    parts.readonlyUnsigned,
    ...list(keys, address),
    ...address(blockhash),
    ...list(instructions, ({ programIndex, accounts, data }) => [
      programIndex,
      ...list(accounts, one),
      ...list([...data], one),
    ]),
    ...(version === 'legacy'
      ? []
      : list(lookupTables, ({ account, writable, readonly }) => [
          ...address(account),
          ...list(writable, one),
          ...list(readonly, one),
        ])),
  ]);
}

/**
 * The same transaction with instructions of one more program, which needs no account that is not
 * there yet. Nobody has signed it.
 */
export function withProgram(
  transaction: DecodedTransaction,
  program: string,
  {
    first = [],
    last = [],
  }: {
    first?: readonly Omit<CompiledInstruction, 'programIndex'>[];
    last?: readonly Omit<CompiledInstruction, 'programIndex'>[];
  },
): MessageParts {
  const present = transaction.keys.indexOf(program);
  const programIndex = present < 0 ? transaction.keys.length : present;
  const called = (instruction: Omit<CompiledInstruction, 'programIndex'>): CompiledInstruction => ({
    ...instruction,
    programIndex,
  });
  return {
    ...transaction,
    signatures: transaction.signatures.map(() => new Uint8Array(64)),
    keys: present < 0 ? [...transaction.keys, program] : transaction.keys,
    readonlyUnsigned: transaction.readonlyUnsigned + Number(present < 0),
    instructions: [...first.map(called), ...transaction.instructions, ...last.map(called)],
  };
}

const one = (byte: number): number[] => [byte];
const address = (text: string): number[] => [...(decodeBase58(text, 32) ?? [])];
const list = <Item>(items: readonly Item[], write: (item: Item) => readonly number[]): number[] => [
  ...compact(items.length),
  ...items.flatMap((item) => [...write(item)]),
];
/** A compact-u16: seven bits a byte, the lowest first. */
const compact = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...compact(value >> 7)];
