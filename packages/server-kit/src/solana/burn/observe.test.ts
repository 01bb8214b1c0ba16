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
import { openWorld, runtimes, signWith, until, type World } from '../fixtures.ts';
import { memoInstruction } from './build.ts';

describe.each(runtimes)('the burn on %s', (runtime) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(runtime);
  });
  afterAll(() => world.stop());

  it('B2: an attempt whose broadcast answer was lost is found by its known signature', async () => {
    const { owner, attempt } = await world.begin();
    const signed = await world.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    // The answer is lost on the way back; the same bytes go out again.
    await world.submit(Buffer.from(signed.transaction, 'base64'));
    await world.chain.burn.broadcast(signed);
    const seen = await until(
      () => world.observe(attempt, [signed.signature]),
      ({ kind }) => kind === 'burned',
    );
    expect(seen).toMatchObject({ signature: signed.signature });
  });

  it('B3: an attempt is dead only after its last block height, then another is good', async () => {
    const { owner, nft, attempt, operationId } = await world.begin();
    const signed = await world.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    expect(await world.observe(attempt, [signed.signature])).toEqual({ kind: 'untouched' });
    // One block is missing: nothing is decided.
    const later = { ...attempt, lastValidBlockHeight: attempt.lastValidBlockHeight + 1_000_000 };
    await world.expire();
    expect(
      await world.chain.burn.observe({
        attempts: [attempt, later],
        signatures: [signed.signature],
      }),
    ).toEqual({ kind: 'untouched' });
    expect(await world.observe(attempt, [signed.signature])).toEqual({
      kind: 'dead',
      proof: { slot: expect.any(Number), blockHeight: expect.any(Number) },
    });
    // Sent after its time: nothing happens.
    await world.chain.burn.broadcast(signed);
    const second = await world.chain.burn.prepare({ operationId, nft, attempt: 2 });
    expect(second.blockhash).not.toBe(attempt.blockhash);
    const again = await world.chain.burn.accept(signWith(second.transaction, owner), [
      attempt,
      second,
    ]);
    expect(again.attempt).toBe(2);
    await world.chain.burn.broadcast(again);
    const seen = await until(
      () =>
        world.chain.burn.observe({
          attempts: [attempt, second],
          signatures: [signed.signature, again.signature],
        }),
      ({ kind }) => kind === 'burned',
    );
    expect(seen).toMatchObject({ signature: again.signature });
  });

  it('B4: a burn that landed with an error leaves the NFT safe once it is final', async () => {
    const { owner, nft, attempt } = await world.begin();
    const tooMuch = SystemProgram.transfer({
      fromPubkey: owner.publicKey,
      toPubkey: world.authority.publicKey,
      lamports: 10n ** 15n,
    });
    const signature = await world.land(
      [memoInstruction(attempt.memo, owner.publicKey), burnOf(nft), tooMuch],
      [owner],
    );
    const seen = await until(
      () => world.observe(attempt, [signature]),
      ({ kind }) => kind !== 'pending',
    );
    expect(seen).toMatchObject({ kind: 'failed', signature, code: 'burn_transaction_failed' });
    expect(await world.status(signature)).toBe('finalized');
    expect(await world.observe(attempt, [], [signature])).toEqual({ kind: 'untouched' });
    // Somebody else's failure is none of ours: it must not bring another prompt.
    const stranger = await world.wallet();
    const foreign = await world.land(
      [
        SystemProgram.transfer({
          fromPubkey: stranger.publicKey,
          toPubkey: owner.publicKey,
          lamports: 10n ** 15n,
        }),
      ],
      [stranger],
    );
    await world.finalized(foreign);
    expect(await world.observe(attempt, [foreign])).toMatchObject({
      kind: 'refused',
      code: 'burn_owner_did_not_sign',
    });
  });

  it('B6: of two signed attempts the second fails on chain by itself', async () => {
    const { owner, nft, attempt, operationId } = await world.begin();
    await until(
      async () => (await world.connection.getLatestBlockhash()).blockhash,
      (hash) => hash !== attempt.blockhash,
    );
    const second = await world.chain.burn.prepare({ operationId, nft, attempt: 2 });
    const attempts = [attempt, second];
    const [one, two] = await Promise.all(
      attempts.map(({ transaction }) =>
        world.chain.burn.accept(signWith(transaction, owner), attempts),
      ),
    );
    if (!one || !two) throw new TypeError('unreachable');
    expect(one.signature).not.toBe(two.signature);
    await world.chain.burn.broadcast(two);
    await until(
      () => world.status(two.signature),
      (status) => status !== 'unknown',
    );
    await world.sendRaw(Buffer.from(one.transaction, 'base64'));
    const seen = await until(
      () => world.chain.burn.observe({ attempts, signatures: [one.signature, two.signature] }),
      ({ kind }) => kind !== 'pending',
    );
    const burned = { kind: 'burned', signature: two.signature };
    expect(seen).toMatchObject(burned);
    // The other one is on the chain as well, failed, and changes nothing about it.
    await world.finalized(one.signature);
    const [status] = (
      await world.connection.getSignatureStatuses([one.signature], {
        searchTransactionHistory: true,
      })
    ).value;
    expect(status).toMatchObject({ err: expect.anything() });
    expect(
      await world.chain.burn.observe({ attempts, signatures: [one.signature, two.signature] }),
    ).toMatchObject(burned);
  });

  it('B7: a burn outside our transactions counts if it names no other operation', async () => {
    const { owner, nft, attempt } = await world.begin();
    const signature = await world.land([burnOf(nft)], [owner]);
    const seen = await until(
      () => world.observe(attempt),
      ({ kind }) => kind === 'burned_elsewhere',
    );
    expect(seen).toMatchObject({ signature });
    expect(await world.observe(attempt, [signature])).toMatchObject({
      kind: 'burned_elsewhere',
      signature,
    });

    const other = await world.begin();
    const foreign = await world.land(
      [memoInstruction('nft-upgrade:1:upg_other', other.owner.publicKey), burnOf(other.nft)],
      [other.owner],
    );
    await world.finalized(foreign);
    expect(
      await until(
        () => world.observe(other.attempt),
        ({ kind }) => kind !== 'pending',
      ),
    ).toMatchObject({ kind: 'moved' });
  });

  it('B8: an NFT that only changes its account within the wallet is still there', async () => {
    const { owner, nft, attempt } = await world.begin();
    const account = Keypair.generate();
    const mint = new PublicKey(nft.mint);
    const move = await world.land(
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
    await world.finalized(move);
    expect(await world.observe(attempt)).toEqual({ kind: 'untouched' });
    const found = await world.chain.burn.locate({ mint: nft.mint, owner: nft.owner });
    expect(found.tokenAccount).toBe(account.publicKey.toBase58());
  });

  it('B8: sold before the burn landed', async () => {
    const { owner, nft, attempt } = await world.begin();
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
    await world.finalized(await world.land(sale, [owner]));
    const signed = await world.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await world.sendRaw(Buffer.from(signed.transaction, 'base64'));
    expect(
      await until(
        () => world.observe(attempt),
        ({ kind }) => kind !== 'untouched',
      ),
    ).toMatchObject({ kind: 'moved' });
  });

  it("B11: an unreported burn is found on the chain, with the wallet's own guards", async () => {
    const { owner, nft, attempt } = await world.begin('token-2022');
    const instructions = [
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 7 }),
      burnOf(nft),
      memoInstruction(attempt.memo, owner.publicKey),
    ];
    const signature = await world.land(instructions, [owner], 0);
    const seen = await until(
      () => world.observe(attempt),
      ({ kind }) => kind === 'burned',
    );
    expect(seen).toMatchObject({ signature });
  });
});

describe('the burn on a chain that forks', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld('lite');
  });
  afterAll(() => world.stop());

  it('B5: confirmed and then dropped is untouched again, and lands once more', async () => {
    const { owner, nft, attempt } = await world.begin();
    // Old enough for the NFT itself to be final.
    world.controls.pause();
    world.controls.advance(10);
    const signed = await world.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await world.chain.burn.broadcast(signed);
    world.controls.advance(3);
    expect(await world.observe(attempt, [signed.signature])).toEqual({
      kind: 'pending',
      signature: signed.signature,
      commitment: 'confirmed',
    });
    expect(world.controls.rollback(4)).toContain(signed.signature);
    expect(await world.observe(attempt, [signed.signature])).toEqual({ kind: 'untouched' });
    expect(await world.chain.burn.locate({ mint: nft.mint, owner: nft.owner })).toEqual(nft);
    await world.chain.burn.broadcast(signed);
    world.controls.advance(2);
    expect(await world.observe(attempt, [signed.signature])).toMatchObject({ kind: 'pending' });
    world.controls.advance(10);
    expect(await world.observe(attempt, [signed.signature])).toMatchObject({
      kind: 'burned',
      signature: signed.signature,
    });
    world.controls.resume();
  });

  it('B3: held back by the network until just before its end, and never forgotten', async () => {
    const { owner, attempt } = await world.begin();
    const signed = await world.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    world.controls.holdNext(1);
    await world.chain.burn.broadcast(signed);
    world.controls.advance(100);
    expect(await world.observe(attempt, [signed.signature])).toEqual({ kind: 'untouched' });
    world.controls.release();
    expect(
      await until(
        () => world.observe(attempt, [signed.signature]),
        ({ kind }) => kind === 'burned',
      ),
    ).toBeDefined();
  });
});
