import { setTimeout } from 'node:timers/promises';
import {
  AuthorityType,
  createAssociatedTokenAccountIdempotentInstruction,
  createBurnInstruction,
  createCloseAccountInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
} from '@solana/spl-token';
import {
  type Commitment,
  type Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { expect } from 'vitest';

const memoProgram = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
export const sol = 1_000_000_000;

/** Asks until `read` gives something. Fails the test after 20 seconds. */
export async function until<Value>(
  what: string,
  read: () => Promise<Value | null | undefined | false>,
): Promise<Value> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const value = await read();
    if (value !== null && value !== undefined && value !== false) return value;
    await setTimeout(5);
  }
  return expect.fail(`${what} did not happen within 20 seconds`);
}

const levels: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/** Waits until the transaction has at least this commitment. */
export async function landed(
  connection: Connection,
  signature: string,
  commitment: Commitment = 'confirmed',
) {
  return until(`${signature} ${commitment}`, async () => {
    const [status] = (await connection.getSignatureStatuses([signature])).value;
    return status &&
      levels.indexOf(status.confirmationStatus ?? 'processed') >= levels.indexOf(commitment)
      ? status
      : null;
  });
}

export const memo = (text: string, signer: PublicKey): TransactionInstruction =>
  new TransactionInstruction({
    programId: memoProgram,
    keys: [{ pubkey: signer, isSigner: true, isWritable: false }],
    data: Buffer.from(text),
  });

export async function signed(
  connection: Connection,
  signers: readonly [Keypair, ...Keypair[]],
  ...instructions: TransactionInstruction[]
): Promise<Transaction> {
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({
    feePayer: signers[0].publicKey,
    blockhash,
    lastValidBlockHeight,
  }).add(...instructions);
  transaction.sign(...signers);
  return transaction;
}

export const signatureOf = (transaction: Transaction): string => {
  if (!transaction.signature) return expect.fail('not signed');
  return encode58(transaction.signature);
};

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** The base58 of 64 bytes, the way web3.js has it inside. */
const encode58 = (bytes: Uint8Array): string => {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = `${BASE58[Number(value % 58n)]}${text}`;
  return '1'.repeat(bytes.findIndex((byte) => byte !== 0)) + text;
};

export async function sendLegacy(
  connection: Connection,
  signers: readonly [Keypair, ...Keypair[]],
  ...instructions: TransactionInstruction[]
): Promise<string> {
  return connection.sendRawTransaction(
    (await signed(connection, signers, ...instructions)).serialize(),
  );
}

export async function sendV0(
  connection: Connection,
  payer: Keypair,
  ...instructions: TransactionInstruction[]
): Promise<string> {
  const { blockhash } = await connection.getLatestBlockhash('confirmed');
  const transaction = new VersionedTransaction(
    new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions,
    }).compileToV0Message(),
  );
  transaction.sign([payer]);
  return connection.sendTransaction(transaction);
}

export const pay = (from: PublicKey, to: PublicKey, lamports: number): TransactionInstruction =>
  SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports });

/** An NFT: supply 1, decimals 0, nobody can mint more. */
export interface Nft {
  mint: PublicKey;
  account: PublicKey;
  program: PublicKey;
  signature: string;
}

export async function mintNft(
  connection: Connection,
  owner: Keypair,
  program: PublicKey,
): Promise<Nft> {
  const mint = Keypair.generate();
  const account = getAssociatedTokenAddressSync(mint.publicKey, owner.publicKey, false, program);
  const { publicKey } = owner;
  const signature = await sendLegacy(
    connection,
    [owner, mint],
    SystemProgram.createAccount({
      fromPubkey: publicKey,
      newAccountPubkey: mint.publicKey,
      space: MINT_SIZE,
      lamports: await connection.getMinimumBalanceForRentExemption(MINT_SIZE),
      programId: program,
    }),
    createInitializeMint2Instruction(mint.publicKey, 0, publicKey, null, program),
    createAssociatedTokenAccountIdempotentInstruction(
      publicKey,
      account,
      publicKey,
      mint.publicKey,
      program,
    ),
    createMintToInstruction(mint.publicKey, account, publicKey, 1, [], program),
    createSetAuthorityInstruction(
      mint.publicKey,
      publicKey,
      AuthorityType.MintTokens,
      null,
      [],
      program,
    ),
  );
  await landed(connection, signature);
  return { mint: mint.publicKey, account, program, signature };
}

/** Instructions that burn the NFT, and close its account where that is wanted. */
export const burn = (
  { mint, account, program }: Nft,
  owner: PublicKey,
  options: { close: boolean },
): TransactionInstruction[] => [
  createBurnInstruction(account, mint, owner, 1, [], program),
  ...(options.close ? [createCloseAccountInstruction(account, owner, owner, [], program)] : []),
];
