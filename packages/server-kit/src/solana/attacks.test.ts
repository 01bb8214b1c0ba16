import { programs } from '@aiw3/nft-upgrade/solana';
import {
  createApproveInstruction,
  createAssociatedTokenAccountIdempotentInstruction,
  createMintToCheckedInstruction,
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { type Keypair, PublicKey, TransactionInstruction } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BurnAttempt, HeldNft } from '../ports/chain.ts';
import { batched, burnOf, codesOf, loosely } from './attacks.ts';
import { memoInstruction } from './burn/build.ts';
import type { ExpectedBurn } from './burn/findings.ts';
import { openWorld, runtimes, until, type World } from './fixtures.ts';

const unsigned = (text: string) =>
  new TransactionInstruction({ programId: new PublicKey(programs.memo), keys: [], data: Buffer.from(text) });

describe.each(runtimes)('forged burns on %s', (runtime) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(runtime);
  });
  afterAll(() => world.stop());

  const told = async (signature: string, attempt: BurnAttempt, changed?: Partial<ExpectedBurn>) =>
    (await codesOf(world, signature, attempt, changed))[0];
  const memo = ({ memo: text }: BurnAttempt, owner: Keypair) => memoInstruction(text, owner.publicKey);
  const to = (nft: HeldNft, wallet: Keypair, payer: Keypair) => {
    const program = new PublicKey(nft.tokenProgram);
    const mint = new PublicKey(nft.mint);
    const account = getAssociatedTokenAddressSync(mint, wallet.publicKey, false, program);
    return {
      account: account.toBase58(),
      move: [
        createAssociatedTokenAccountIdempotentInstruction(payer.publicKey, account, wallet.publicKey, mint, program),
        createTransferCheckedInstruction(new PublicKey(nft.tokenAccount), mint, account, payer.publicKey, 1n, 0, [], program),
      ],
    };
  };

  it('B10: a burn by a later holder', async () => {
    const { owner, nft, attempt } = await world.begin();
    const thief = await world.wallet();
    const { account, move } = to(nft, thief, owner);
    await world.land(move, [owner]);
    const stolen = { ...nft, owner: thief.publicKey.toBase58(), tokenAccount: account };
    const signature = await world.land([memo(attempt, thief), burnOf(stolen)], [thief]);
    expect(await told(signature, attempt)).toBe('burn_owner_did_not_sign');
    await world.finalized(signature);
    const seen = await until(
      () => world.observe(attempt, [signature]),
      ({ kind }) => kind !== 'pending',
    );
    expect(seen).toMatchObject({ kind: 'refused', signature, code: 'burn_owner_did_not_sign' });
    expect(await world.observe(attempt, [], [signature])).toMatchObject({ kind: 'moved' });
  });

  it('B10: the burn of another operation, and an old one', async () => {
    const { owner, nft, attempt } = await world.begin();
    const signature = await world.land([memo(attempt, owner), burnOf(nft)], [owner]);
    expect(await told(signature, { ...attempt, memo: 'nft-upgrade:1:upg_other' })).toBe('burn_memo_mismatch');
    expect(await told(signature, attempt, { minSlot: 10 ** 12 })).toBe('burn_too_old');
    await world.finalized(signature);
    expect(
      await until(
        () => world.observe({ ...attempt, memo: 'nft-upgrade:1:upg_other' }, [signature]),
        ({ kind }) => kind !== 'pending',
      ),
    ).toMatchObject({
      kind: 'refused',
      code: 'burn_memo_mismatch',
    });
  });

  it('B10: a transaction that landed and failed', async () => {
    const { owner, nft, attempt } = await world.begin();
    const signature = await world.land([memo(attempt, owner), burnOf(nft), burnOf(nft)], [owner]);
    expect(await told(signature, attempt)).toBe('burn_transaction_failed');
  });

  it('B10: another mint burned under the right memo', async () => {
    const { owner, attempt } = await world.begin();
    const other = await world.issue(owner);
    expect(await told(await world.land([memo(attempt, owner), burnOf(other)], [owner]), attempt)).toBe('burn_missing');
  });

  it('B10: an amount of 0', async () => {
    const { owner, nft, attempt } = await world.begin();
    const signature = await world.land([memo(attempt, owner), burnOf(nft, nft.owner, 0n)], [owner]);
    expect(await told(signature, attempt)).toBe('burn_wrong_amount');
  });

  it('B10: a delegate burns, with and without the owner among the signers', async () => {
    for (const withOwner of [false, true]) {
      const { owner, nft, attempt } = await world.begin();
      const delegate = await world.wallet();
      await world.land([createApproveInstruction(new PublicKey(nft.tokenAccount), delegate.publicKey, owner.publicKey, 1n)], [owner]);
      const burn = burnOf(nft, delegate.publicKey.toBase58());
      const signature = withOwner
        ? await world.land([memo(attempt, owner), burn], [delegate, owner])
        : await world.land([memo(attempt, delegate), burn], [delegate]);
      expect(await told(signature, attempt)).toBe(withOwner ? 'burn_authority_not_owner' : 'burn_owner_did_not_sign');
    }
  });

  it('B10: a permanent delegate of Token-2022 burns', async () => {
    const owner = await world.wallet();
    const delegate = await world.wallet();
    const nft = await loosely(world, owner, { permanentDelegate: delegate.publicKey });
    const attempt = await world.chain.burn.prepare({ operationId: world.operationId(), nft, attempt: 1 });
    const signature = await world.land([memo(attempt, delegate), burnOf(nft, delegate.publicKey.toBase58())], [delegate]);
    expect(await told(signature, attempt)).toBe('burn_owner_did_not_sign');
  });

  it('B10: burned and minted again, and a mint authority kept for later', async () => {
    const owner = await world.wallet();
    const nft = await loosely(world, owner);
    await expect(world.chain.burn.locate({ mint: nft.mint, owner: nft.owner })).rejects.toMatchObject({ code: 'nft_unsupported' });
    const attempt = await world.chain.burn.prepare({ operationId: world.operationId(), nft, attempt: 1 });
    const again = createMintToCheckedInstruction(
      new PublicKey(nft.mint),
      new PublicKey(nft.tokenAccount),
      world.authority.publicKey,
      1n,
      0,
    );
    const both = await world.land([memo(attempt, owner), burnOf(nft), again], [owner, world.authority]);
    expect(await told(both, attempt)).toBe('burn_balance_mismatch');
    const signature = await world.land([memo(attempt, owner), burnOf(nft)], [owner]);
    await world.finalized(signature);
    expect(await told(signature, attempt)).toBe('burn_mint_authority_alive');
  });

  it.each([
    ['absent', () => []],
    ['unsigned', ({ memo: text }: BurnAttempt) => [unsigned(text)]],
    ['with a suffix', ({ memo: text }: BurnAttempt, owner: Keypair) => [memoInstruction(`${text}x`, owner.publicKey)]],
    [
      'twice, for two operations',
      ({ memo: text }: BurnAttempt, owner: Keypair) => [
        memoInstruction(text, owner.publicKey),
        memoInstruction(`${text}2`, owner.publicKey),
      ],
    ],
  ])('B10: the memo is %s', async (_title, memos) => {
    const { owner, nft, attempt } = await world.begin();
    expect(await told(await world.land([...memos(attempt, owner), burnOf(nft)], [owner]), attempt)).toBe('burn_memo_mismatch');
  });

  it('B10: Token against Token-2022', async () => {
    const { owner, nft, attempt } = await world.begin();
    const signature = await world.land([memo(attempt, owner), burnOf(nft)], [owner]);
    expect(await told(signature, attempt, { tokenProgram: TOKEN_2022_PROGRAM_ID.toBase58() })).toBe('burn_wrong_program');
  });

  it.each(['spl-token', 'token-2022'])('B10: a burn hidden in a Batch of %s', async (standard) => {
    const { owner, nft, attempt } = await world.begin(standard);
    const signature = await world.land([memo(attempt, owner), batched(burnOf(nft))], [owner]);
    expect(await told(signature, attempt)).toBe('burn_missing');
    // It really burned: the reason why nothing may be inferred from the supply alone.
    expect((await world.connection.getTokenSupply(new PublicKey(nft.mint))).value.amount).toBe('0');
  });

  it('B8 B10: a transfer instead of a burn', async () => {
    const { owner, nft, attempt } = await world.begin();
    const buyer = await world.wallet(0n);
    const signature = await world.land([memo(attempt, owner), ...to(nft, buyer, owner).move], [owner]);
    expect(await told(signature, attempt)).toBe('burn_missing');
    await world.finalized(signature);
    expect(
      await until(
        () => world.observe(attempt),
        ({ kind }) => kind !== 'untouched',
      ),
    ).toEqual({
      kind: 'moved',
      message: 'The NFT was moved to another wallet.',
    });
  });

  it('B10: signatures that are none', async () => {
    const { attempt } = await world.begin();
    expect(await world.observe(attempt, ['garbage'])).toMatchObject({ kind: 'refused', signature: 'garbage', code: 'burn_missing' });
    expect(await world.observe(attempt, ['1'.repeat(64)])).toEqual({ kind: 'untouched' });
  });
});
