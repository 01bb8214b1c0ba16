import {
  createAssociatedTokenAccountIdempotentInstruction,
  createBurnCheckedInstruction,
  createInitializeMint2Instruction,
  createInitializePermanentDelegateInstruction,
  createMintToCheckedInstruction,
  ExtensionType,
  getAssociatedTokenAddressSync,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import type { BurnAttempt, HeldNft } from '../ports/chain.ts';
import { type ExpectedBurn, tokenBurnFindings } from './burn/findings.ts';
import { expectationOf } from './burn/judge.ts';
import { until, type World } from './fixtures.ts';
import { readLanded } from './landed.ts';
import { splToken } from './standards/spl-token.ts';

// For tests only: the parts that forged burns are made of.

export const burnOf = (nft: HeldNft, by = nft.owner, amount = 1n): TransactionInstruction =>
  createBurnCheckedInstruction(
    new PublicKey(nft.tokenAccount),
    new PublicKey(nft.mint),
    new PublicKey(by),
    amount,
    0,
    [],
    new PublicKey(nft.tokenProgram),
  );

/** The burn inside of the Batch instruction of the token programs: tag 255, then accounts, length and data of each. */
export function batched(instruction: TransactionInstruction): TransactionInstruction {
  const data = Buffer.from([255, instruction.keys.length, instruction.data.length, ...instruction.data]);
  return new TransactionInstruction({ programId: instruction.programId, keys: instruction.keys, data });
}

/** A token like ours whose issuer kept the power over it. */
export async function loosely(
  world: World,
  owner: Keypair,
  { permanentDelegate }: { permanentDelegate?: PublicKey } = {},
): Promise<HeldNft> {
  const mint = Keypair.generate();
  const issuer = world.authority.publicKey;
  const program = permanentDelegate ? TOKEN_2022_PROGRAM_ID : TOKEN_PROGRAM_ID;
  const space = getMintLen(permanentDelegate ? [ExtensionType.PermanentDelegate] : []);
  const account = getAssociatedTokenAddressSync(mint.publicKey, owner.publicKey, false, program);
  await world.land(
    [
      SystemProgram.createAccount({
        fromPubkey: issuer,
        newAccountPubkey: mint.publicKey,
        space,
        lamports: await world.connection.getMinimumBalanceForRentExemption(space),
        programId: program,
      }),
      ...(permanentDelegate ? [createInitializePermanentDelegateInstruction(mint.publicKey, permanentDelegate, program)] : []),
      createInitializeMint2Instruction(mint.publicKey, 0, issuer, null, program),
      createAssociatedTokenAccountIdempotentInstruction(issuer, account, owner.publicKey, mint.publicKey, program),
      createMintToCheckedInstruction(mint.publicKey, account, issuer, 1n, 0, [], program),
    ],
    [world.authority, mint],
  );
  return {
    mint: mint.publicKey.toBase58(),
    owner: owner.publicKey.toBase58(),
    tokenAccount: account.toBase58(),
    tokenProgram: program.toBase58(),
    standard: permanentDelegate ? 'token-2022' : 'spl-token',
  };
}

/** What the verification holds against a transaction that has landed, most telling first. */
export async function codesOf(
  world: World,
  signature: string,
  attempt: BurnAttempt,
  changed: Partial<ExpectedBurn> = {},
): Promise<string[]> {
  const landed = await until(
    () => readLanded(world.endpoint, signature),
    (found) => found !== null,
  );
  if (!landed || landed === 'unsupported') throw new TypeError('A transaction that cannot be read.');
  const remaining = await splToken().remaining(world.endpoint, attempt.nft, 0);
  return tokenBurnFindings(landed, { ...expectationOf([attempt]), ...changed }, remaining).map(({ code }) => code);
}
