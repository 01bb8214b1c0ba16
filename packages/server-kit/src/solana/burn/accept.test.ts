import {
  AddressLookupTableProgram,
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  NonceAccount,
  PublicKey,
  SystemProgram,
  Transaction,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BurnAttempt } from '../../ports/chain.ts';
import { burnOf, codesOf } from '../fixtures/attacks/parts.ts';
import {
  openSolanaEnvironment,
  runtimes,
  type SolanaEnvironment,
  signWith,
  until,
} from '../fixtures.ts';
import { memoInstruction } from './build.ts';

describe.each(runtimes)('honest burns in odd forms on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  const memo = ({ memo: text }: BurnAttempt, owner: Keypair) =>
    memoInstruction(text, owner.publicKey);
  it('accepts an honest burn whose accounts come out of a lookup table', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const slot = (await solana.connection.getSlot('finalized')) - 1;
    const [create, table] = AddressLookupTableProgram.createLookupTable({
      authority: owner.publicKey,
      payer: owner.publicKey,
      recentSlot: slot,
    });
    const addresses = [new PublicKey(nft.mint), new PublicKey(nft.tokenAccount)];
    await solana.land([create], [owner]);
    await solana.land(
      [
        AddressLookupTableProgram.extendLookupTable({
          lookupTable: table,
          authority: owner.publicKey,
          payer: owner.publicKey,
          addresses,
        }),
      ],
      [owner],
    );
    const loaded = await until(
      async () => (await solana.connection.getAddressLookupTable(table)).value,
      (value) => value?.state.addresses.length === 2,
    );
    if (!loaded) throw new TypeError('unreachable');
    const { blockhash } = await solana.connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: owner.publicKey,
      recentBlockhash: blockhash,
      instructions: [memo(attempt, owner), burnOf(nft)],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message([loaded]));
    transaction.sign([owner]);
    expect(transaction.message.addressTableLookups).toHaveLength(1);
    const signature = await solana.sendRaw(transaction.serialize());
    await solana.finalized(signature);
    expect(await codesOf(solana, signature, attempt)).toEqual([]);
  });

  it('accepts a late burn by durable nonce from the chain, none from a wallet', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const nonce = Keypair.generate();
    const lamports =
      await solana.connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH);
    await solana.land(
      SystemProgram.createNonceAccount({
        fromPubkey: owner.publicKey,
        noncePubkey: nonce.publicKey,
        authorizedPubkey: owner.publicKey,
        lamports,
      }).instructions,
      [owner, nonce],
    );
    const account = await solana.connection.getAccountInfo(nonce.publicKey);
    if (!account) throw new TypeError('no nonce account');
    const transaction = new Transaction().add(memo(attempt, owner), burnOf(nft));
    transaction.nonceInfo = {
      nonce: NonceAccount.fromAccountData(account.data).nonce,
      nonceInstruction: SystemProgram.nonceAdvance({
        noncePubkey: nonce.publicKey,
        authorizedPubkey: owner.publicKey,
      }),
    };
    transaction.feePayer = owner.publicKey;
    transaction.sign(owner);
    const bytes = transaction.serialize();
    await expect(
      solana.chain.burn.accept(bytes.toString('base64'), [attempt]),
    ).rejects.toMatchObject({ code: 'modified_beyond_policy' });
    await solana.expire();
    expect(
      await until(
        () => solana.observe(attempt),
        ({ kind }) => kind !== 'untouched',
      ),
    ).toEqual({
      kind: 'dead',
      proof: { slot: expect.any(Number), blockHeight: expect.any(Number) },
    });
    const signature = await solana.sendRaw(bytes);
    await solana.finalized(signature);
    expect(
      await until(
        () => solana.observe(attempt),
        ({ kind }) => kind === 'burned',
      ),
    ).toMatchObject({ kind: 'burned', signature });
  });

  it('W7 W8: judges what comes back from the wallet', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const other = await solana.wallet(0n);
    const { accept } = solana.chain.burn;
    const signed = signWith(attempt.transaction, owner);
    const signedBy = (
      payer: Keypair,
      blockhash: string,
      instructions: TransactionInstruction[],
    ) => {
      const message = new TransactionMessage({
        payerKey: payer.publicKey,
        recentBlockhash: blockhash,
        instructions,
      });
      const transaction = new VersionedTransaction(message.compileToLegacyMessage());
      transaction.sign([payer]);
      return Buffer.from(transaction.serialize()).toString('base64');
    };
    expect(await accept(signed, [attempt])).toMatchObject({
      attempt: 1,
      transaction: signed,
      changes: [],
    });
    await expect(accept(attempt.transaction, [attempt])).rejects.toMatchObject({
      code: 'signature_missing',
    });
    await expect(accept('not base64', [attempt])).rejects.toMatchObject({
      code: 'unsafe_transaction',
    });
    // Another account signs as itself, or puts its signature into the place of the owner.
    await expect(
      accept(
        signedBy(other, attempt.blockhash, [
          memo(attempt, other),
          burnOf(nft, other.publicKey.toBase58()),
        ]),
        [attempt],
      ),
    ).rejects.toMatchObject({
      code: 'wrong_account',
    });
    const forged = VersionedTransaction.deserialize(Buffer.from(signed, 'base64'));
    forged.signatures[0]?.set([1, 2, 3], 10);
    await expect(
      accept(Buffer.from(forged.serialize()).toString('base64'), [attempt]),
    ).rejects.toMatchObject({ code: 'wrong_account' });
    // Another message: more than a burn, another operation, another life.
    const transfer = SystemProgram.transfer({
      fromPubkey: owner.publicKey,
      toPubkey: other.publicKey,
      lamports: 1,
    });
    const honest = [memo(attempt, owner), burnOf(nft)];
    await expect(
      accept(signedBy(owner, attempt.blockhash, [...honest, transfer]), [attempt]),
    ).rejects.toMatchObject({
      code: 'modified_beyond_policy',
    });
    await expect(
      accept(signedBy(owner, Keypair.generate().publicKey.toBase58(), honest), [attempt]),
    ).rejects.toMatchObject({
      code: 'modified_beyond_policy',
    });
    const fresh = { ...attempt, attempt: 2, blockhash: Keypair.generate().publicKey.toBase58() };
    expect(await accept(signedBy(owner, fresh.blockhash, honest), [attempt, fresh])).toMatchObject({
      attempt: 2,
    });
  });
});
