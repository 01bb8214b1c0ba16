import {
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeAccount3Instruction,
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { burnOf } from '../fixtures/attacks/parts.ts';
import {
  memoFor,
  openSolanaEnvironment,
  runtimes,
  type SolanaEnvironment,
  signWith,
  until,
} from '../fixtures.ts';
import { memoInstruction } from './build.ts';

describe.each(runtimes)('the burn on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  it('B2: an attempt whose broadcast answer was lost is found by its known signature', async () => {
    const { owner, attempt } = await solana.begin();
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    // The answer is lost on the way back; the same bytes go out again.
    await solana.submit(Buffer.from(signed.transaction, 'base64'));
    await solana.chain.burn.broadcast(signed);
    const seen = await until(
      () => solana.observe(attempt, [signed.signature]),
      ({ kind }) => kind === 'burned',
    );
    expect(seen).toMatchObject({ signature: signed.signature });
  });

  it('B3: an attempt is dead only after its last block height, then another is good', async () => {
    const { owner, nft, attempt, operationId } = await solana.begin();
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    expect(await solana.observe(attempt, [signed.signature])).toEqual({ kind: 'untouched' });
    // One block is missing: nothing is decided.
    const later = { ...attempt, lastValidBlockHeight: attempt.lastValidBlockHeight + 1_000_000 };
    await solana.expire();
    expect(
      await solana.chain.burn.observe({
        attempts: [attempt, later],
        signatures: [signed.signature],
      }),
    ).toEqual({ kind: 'untouched' });
    expect(await solana.observe(attempt, [signed.signature])).toEqual({
      kind: 'dead',
      proof: { slot: expect.any(Number), blockHeight: expect.any(Number) },
    });
    // Sent after its time: nothing happens.
    await solana.chain.burn.broadcast(signed);
    const second = await solana.chain.burn.prepare({
      operationId,
      memo: memoFor(operationId),
      nft,
      attempt: 2,
    });
    expect(second.blockhash).not.toBe(attempt.blockhash);
    const again = await solana.chain.burn.accept(signWith(second.transaction, owner), [
      attempt,
      second,
    ]);
    expect(again.attempt).toBe(2);
    await solana.chain.burn.broadcast(again);
    const seen = await until(
      () =>
        solana.chain.burn.observe({
          attempts: [attempt, second],
          signatures: [signed.signature, again.signature],
        }),
      ({ kind }) => kind === 'burned',
    );
    expect(seen).toMatchObject({ signature: again.signature });
  });

  it('B4: a burn that landed with an error leaves the NFT safe once it is final', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const tooMuch = SystemProgram.transfer({
      fromPubkey: owner.publicKey,
      toPubkey: solana.authority.publicKey,
      lamports: 10n ** 15n,
    });
    const signature = await solana.land(
      [memoInstruction(attempt.memo, owner.publicKey), burnOf(nft), tooMuch],
      [owner],
    );
    const seen = await until(
      () => solana.observe(attempt, [signature]),
      ({ kind }) => kind !== 'pending',
    );
    expect(seen).toMatchObject({ kind: 'failed', signature, code: 'burn_transaction_failed' });
    expect(await solana.status(signature)).toBe('finalized');
    expect(await solana.observe(attempt, [], [signature])).toEqual({ kind: 'untouched' });
    // Somebody else's failure is none of ours: it must not bring another prompt.
    const stranger = await solana.wallet();
    const foreign = await solana.land(
      [
        SystemProgram.transfer({
          fromPubkey: stranger.publicKey,
          toPubkey: owner.publicKey,
          lamports: 10n ** 15n,
        }),
      ],
      [stranger],
    );
    await solana.finalized(foreign);
    expect(await solana.observe(attempt, [foreign])).toMatchObject({
      kind: 'refused',
      code: 'burn_owner_did_not_sign',
    });
  });

  it('B6: of two signed attempts the second fails on chain by itself', async () => {
    const { owner, nft, attempt, operationId } = await solana.begin();
    await until(
      async () => (await solana.connection.getLatestBlockhash()).blockhash,
      (hash) => hash !== attempt.blockhash,
    );
    const second = await solana.chain.burn.prepare({
      operationId,
      memo: memoFor(operationId),
      nft,
      attempt: 2,
    });
    const attempts = [attempt, second];
    const [one, two] = await Promise.all(
      attempts.map(({ transaction }) =>
        solana.chain.burn.accept(signWith(transaction, owner), attempts),
      ),
    );
    if (!one || !two) throw new TypeError('unreachable');
    expect(one.signature).not.toBe(two.signature);
    await solana.chain.burn.broadcast(two);
    await until(
      () => solana.status(two.signature),
      (status) => status !== 'unknown',
    );
    await solana.sendRaw(Buffer.from(one.transaction, 'base64'));
    const seen = await until(
      () => solana.chain.burn.observe({ attempts, signatures: [one.signature, two.signature] }),
      ({ kind }) => kind !== 'pending',
    );
    const burned = { kind: 'burned', signature: two.signature };
    expect(seen).toMatchObject(burned);
    // The other one is on the chain as well, failed, and changes nothing about it.
    await solana.finalized(one.signature);
    const [status] = (
      await solana.connection.getSignatureStatuses([one.signature], {
        searchTransactionHistory: true,
      })
    ).value;
    expect(status).toMatchObject({ err: expect.anything() });
    expect(
      await solana.chain.burn.observe({ attempts, signatures: [one.signature, two.signature] }),
    ).toMatchObject(burned);
  });

  it('B7: a burn outside our transactions counts if it names no other operation', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const signature = await solana.land([burnOf(nft)], [owner]);
    const seen = await until(
      () => solana.observe(attempt),
      ({ kind }) => kind === 'burned_elsewhere',
    );
    expect(seen).toMatchObject({ signature });
    expect(await solana.observe(attempt, [signature])).toMatchObject({
      kind: 'burned_elsewhere',
      signature,
    });

    const other = await solana.begin();
    const foreign = await solana.land(
      [memoInstruction('nft-upgrade:1:upg_other', other.owner.publicKey), burnOf(other.nft)],
      [other.owner],
    );
    await solana.finalized(foreign);
    expect(
      await until(
        () => solana.observe(other.attempt),
        ({ kind }) => kind !== 'pending',
      ),
    ).toMatchObject({ kind: 'gone', signature: foreign, code: 'burn_memo_mismatch' });
  });

  it('B8: an NFT that only changes its account within the wallet is still there', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const account = Keypair.generate();
    const mint = new PublicKey(nft.mint);
    const move = await solana.land(
      [
        SystemProgram.createAccount({
          fromPubkey: owner.publicKey,
          newAccountPubkey: account.publicKey,
          space: 165,
          lamports: 2_039_280,
          programId: TOKEN_PROGRAM_ID,
        }),
        createInitializeAccount3Instruction(account.publicKey, mint, owner.publicKey),
        createTransferCheckedInstruction(
          new PublicKey(nft.tokenAccount),
          mint,
          account.publicKey,
          owner.publicKey,
          1n,
          0,
        ),
      ],
      [owner, account],
    );
    await solana.finalized(move);
    expect(await solana.observe(attempt)).toEqual({ kind: 'untouched' });
    const found = await solana.chain.burn.locate({ mint: nft.mint, owner: nft.owner });
    expect(found.tokenAccount).toBe(account.publicKey.toBase58());
  });

  it('B8: sold before the burn landed', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const buyer = Keypair.generate().publicKey;
    const mint = new PublicKey(nft.mint);
    const account = getAssociatedTokenAddressSync(mint, buyer);
    const sale = [
      createAssociatedTokenAccountIdempotentInstruction(owner.publicKey, account, buyer, mint),
      createTransferCheckedInstruction(
        new PublicKey(nft.tokenAccount),
        mint,
        account,
        owner.publicKey,
        1n,
        0,
      ),
    ];
    await solana.finalized(await solana.land(sale, [owner]));
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await solana.sendRaw(Buffer.from(signed.transaction, 'base64'));
    expect(
      await until(
        () => solana.observe(attempt),
        ({ kind }) => kind !== 'untouched',
      ),
    ).toMatchObject({ kind: 'moved' });
  });

  it("B11: an unreported burn is found on the chain, with the wallet's own guards", async () => {
    const { owner, nft, attempt } = await solana.begin('token-2022');
    const instructions = [
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 7 }),
      burnOf(nft),
      memoInstruction(attempt.memo, owner.publicKey),
    ];
    const signature = await solana.land(instructions, [owner], 0);
    const seen = await until(
      () => solana.observe(attempt),
      ({ kind }) => kind === 'burned',
    );
    expect(seen).toMatchObject({ signature });
  });
});

describe('the burn on a chain that forks', () => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment('lite');
  });
  afterAll(() => solana.stop());

  it('B5: confirmed and then dropped is untouched again, and lands once more', async () => {
    const { owner, nft, attempt } = await solana.begin();
    // Old enough for the NFT itself to be final.
    solana.controls.pause();
    solana.controls.advance(10);
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await solana.chain.burn.broadcast(signed);
    solana.controls.advance(3);
    expect(await solana.observe(attempt, [signed.signature])).toEqual({
      kind: 'pending',
      signature: signed.signature,
      commitment: 'confirmed',
    });
    expect(solana.controls.rollback(4)).toContain(signed.signature);
    expect(await solana.observe(attempt, [signed.signature])).toEqual({ kind: 'untouched' });
    expect(await solana.chain.burn.locate({ mint: nft.mint, owner: nft.owner })).toEqual(nft);
    await solana.chain.burn.broadcast(signed);
    solana.controls.advance(2);
    expect(await solana.observe(attempt, [signed.signature])).toMatchObject({ kind: 'pending' });
    solana.controls.advance(10);
    expect(await solana.observe(attempt, [signed.signature])).toMatchObject({
      kind: 'burned',
      signature: signed.signature,
    });
    solana.controls.resume();
  });

  it('B3: held back by the network until just before its end, and never forgotten', async () => {
    const { owner, attempt } = await solana.begin();
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    solana.controls.holdNext(1);
    await solana.chain.burn.broadcast(signed);
    solana.controls.advance(100);
    expect(await solana.observe(attempt, [signed.signature])).toEqual({ kind: 'untouched' });
    solana.controls.release();
    expect(
      await until(
        () => solana.observe(attempt, [signed.signature]),
        ({ kind }) => kind === 'burned',
      ),
    ).toBeDefined();
  });
});
