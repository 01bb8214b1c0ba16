import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  Transaction,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { BurnExpectation, GuardVerdict } from '../client/guard.ts';
import { encodeBase64 } from './base64.ts';
import { solanaGuard } from './guard.ts';
import { burnMemo } from './memo.ts';
import type { SolanaGuardOptions } from './policy.ts';
import { programs } from './programs.ts';

// For tests only: real transactions, made with web3.js and with token instructions written out byte
// by byte.

export const key = (seed: number): Keypair => Keypair.fromSeed(new Uint8Array(32).fill(seed));
export const owner = key(1);
export const stranger = key(2);
export const mint = key(3).publicKey;
export const otherMint = key(4).publicKey;
export const account = key(5).publicKey;
export const otherAccount = key(6).publicKey;
export const blockhash = key(7).publicKey.toBase58();
export const token = new PublicKey(programs.token);
export const token2022 = new PublicKey(programs.token2022);

export const expected: BurnExpectation = {
  operationId: 'upg_01J9ZC4',
  mint: mint.toBase58(),
  owner: owner.publicKey.toBase58(),
  tokenProgram: programs.token,
};

type Meta = readonly [pubkey: PublicKey, role?: 'signer' | 'writable' | 'signer+writable'];

export const instruction = (
  program: PublicKey | string,
  accounts: readonly Meta[],
  data: ArrayLike<number>,
): TransactionInstruction =>
  new TransactionInstruction({
    programId: new PublicKey(program),
    keys: accounts.map(([pubkey, role = '']) => ({
      pubkey,
      isSigner: role.includes('signer'),
      isWritable: role.includes('writable'),
    })),
    data: Buffer.from(Uint8Array.from(data)),
  });

export const u64 = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));

interface BurnParts {
  program?: PublicKey;
  from?: PublicKey;
  mint?: PublicKey;
  authority?: PublicKey;
  amount?: bigint;
  decimals?: number;
}

const burnAccounts = (parts: BurnParts): Meta[] => [
  [parts.from ?? account, 'writable'],
  [parts.mint ?? mint, 'writable'],
  [parts.authority ?? owner.publicKey, 'signer'],
];

export const burnChecked = (parts: BurnParts = {}): TransactionInstruction =>
  instruction(parts.program ?? token, burnAccounts(parts), [
    15,
    ...u64(parts.amount ?? 1n),
    parts.decimals ?? 0,
  ]);

export const burn = (parts: BurnParts = {}): TransactionInstruction =>
  instruction(parts.program ?? token, burnAccounts(parts), [8, ...u64(parts.amount ?? 1n)]);

/** Tag of the deployment that the burns of these tests are for. */
export const deployment = 'test-tag';
export const memoOf = (operationId: string): string => burnMemo({ operationId, deployment });

export const memo = (
  text = memoOf(expected.operationId),
  signers: readonly PublicKey[] = [owner.publicKey],
): TransactionInstruction =>
  instruction(
    programs.memo,
    signers.map((pubkey): Meta => [pubkey, 'signer']),
    Buffer.from(text),
  );

export const close = (
  parts: { account?: PublicKey; to?: PublicKey; authority?: PublicKey; program?: PublicKey } = {},
): TransactionInstruction =>
  instruction(
    parts.program ?? token,
    [
      [parts.account ?? account, 'writable'],
      [parts.to ?? owner.publicKey, 'writable'],
      [parts.authority ?? owner.publicKey, 'signer'],
    ],
    [9],
  );

export const unitLimit = (units = 60_000): TransactionInstruction =>
  ComputeBudgetProgram.setComputeUnitLimit({ units });
export const unitPrice = (microLamports: number | bigint = 1_000): TransactionInstruction =>
  ComputeBudgetProgram.setComputeUnitPrice({ microLamports });

/** An assertion as Phantom adds it: AssertAccountInfo on the owner's lamports. */
export const assertion = (tag = 5): TransactionInstruction =>
  instruction(programs.lighthouse, [[owner.publicKey]], [tag, 0, 1, 2, 3]);

/** What the server builds. */
export const honest = (): TransactionInstruction[] => [
  unitLimit(),
  unitPrice(),
  memo(),
  burnChecked(),
  close(),
];

export interface BuildOptions {
  version?: 'legacy' | 0;
  feePayer?: PublicKey;
  signers?: readonly Keypair[];
  tables?: AddressLookupTableAccount[];
}

export function build(
  instructions: TransactionInstruction[],
  options: BuildOptions = {},
): Uint8Array<ArrayBuffer> {
  const { version = 'legacy', feePayer = owner.publicKey, signers = [], tables } = options;
  if (version === 0) {
    const message = new TransactionMessage({
      payerKey: feePayer,
      recentBlockhash: blockhash,
      instructions,
    });
    const transaction = new VersionedTransaction(message.compileToV0Message(tables));
    if (signers.length > 0) transaction.sign([...signers]);
    return Uint8Array.from(transaction.serialize());
  }
  const transaction = new Transaction({ feePayer, recentBlockhash: blockhash });
  transaction.add(...instructions);
  if (signers.length > 0) transaction.partialSign(...signers);
  return Uint8Array.from(
    transaction.serialize({ requireAllSignatures: false, verifySignatures: false }),
  );
}

export const lookupTable = (addresses: PublicKey[]): AddressLookupTableAccount =>
  new AddressLookupTableAccount({
    key: key(8).publicKey,
    state: {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses,
    },
  });

/** What the guard says of a transaction of these instructions. */
export const judge = (
  instructions: TransactionInstruction[],
  given: BuildOptions = {},
  stage: 'before' | 'after' = 'before',
  options: SolanaGuardOptions = {},
): GuardVerdict =>
  solanaGuard(options).inspect(encodeBase64(build(instructions, given)), expected, stage);

/** The rules that were broken; empty for a safe transaction. */
export const rules = (verdict: GuardVerdict): string[] =>
  verdict.safe ? [] : verdict.findings.map(({ rule }) => rule);

/** The honest burn with one of its instructions replaced. */
export const replace = (kind: number, ...by: TransactionInstruction[]): TransactionInstruction[] =>
  honest().toSpliced(kind, 1, ...by);
