import {
  AuthorityType,
  createFreezeAccountInstruction,
  createInitializeMint2Instruction,
  createSetAuthorityInstruction,
  createThawAccountInstruction,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, PublicKey, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
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
import { tokenProgramStandard } from '../standards/token-program.ts';

/** Like `splToken`, with a freeze authority kept by the issuer. */
const freezable = tokenProgramStandard({
  name: 'spl-token',
  program: TOKEN_PROGRAM_ID,
  mintSize: () => ({ space: MINT_SIZE, rentBytes: MINT_SIZE }),
  initialise: ({ mint, authority }) => [
    createInitializeMint2Instruction(mint, 0, authority, authority),
  ],
});

describe.each(runtimes)('the burn transaction on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  it('C4: tells why an NFT cannot be burned before anything is signed', async () => {
    const { burn } = solana.chain;
    const { nft, owner } = await solana.begin();
    const stranger = Keypair.generate().publicKey.toBase58();
    await expect(burn.locate({ mint: nft.mint, owner: stranger })).rejects.toMatchObject({
      code: 'nft_not_owned',
      details: { required: 1, actual: 0 },
    });
    await expect(burn.locate({ mint: stranger, owner: nft.owner })).rejects.toMatchObject({
      code: 'nft_not_owned',
    });
    await expect(burn.locate({ mint: nft.owner, owner: nft.owner })).rejects.toMatchObject({
      code: 'nft_unsupported',
    });
    await expect(burn.locate({ mint: 'no address', owner: nft.owner })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await solana.land([burnOf(nft)], [owner]);
    await expect(burn.locate({ mint: nft.mint, owner: nft.owner })).rejects.toMatchObject({
      code: 'nft_not_owned',
    });
    await expect(
      burn.prepare({ operationId: 'upg_1', memo: memoFor('upg_1'), nft, attempt: 1 }),
    ).rejects.toMatchObject({
      code: 'nft_not_owned',
    });
  });

  it('C4: a frozen NFT, and one whose account only somebody else may close', async () => {
    const { burn } = solana.chain;
    const { owner, nft, attempt } = await solana.begin(freezable);
    const account = new PublicKey(nft.tokenAccount);
    const mint = new PublicKey(nft.mint);
    const closer = Keypair.generate().publicKey;
    await solana.land(
      [createSetAuthorityInstruction(account, owner.publicKey, AuthorityType.CloseAccount, closer)],
      [owner],
    );
    const prepared = await burn.prepare({
      operationId: attempt.operationId,
      memo: memoFor(attempt.operationId),
      nft,
      attempt: 2,
    });
    // Without the CloseAccount, which would fail and take the burn with it.
    expect(prepared.transaction.length).toBeLessThan(attempt.transaction.length);
    await solana.land(
      [createFreezeAccountInstruction(account, mint, solana.authority.publicKey)],
      [solana.authority],
    );
    await expect(burn.locate({ mint: nft.mint, owner: nft.owner })).rejects.toMatchObject({
      code: 'nft_frozen',
    });
    await expect(
      burn.prepare({
        operationId: attempt.operationId,
        memo: memoFor(attempt.operationId),
        nft,
        attempt: 3,
      }),
    ).rejects.toMatchObject({ code: 'nft_frozen' });
    await solana.land(
      [createThawAccountInstruction(account, mint, solana.authority.publicKey)],
      [solana.authority],
    );
    const signed = await burn.accept(signWith(prepared.transaction, owner), [attempt, prepared]);
    await burn.broadcast(signed);
    expect(
      await until(
        () => solana.observe(prepared, [signed.signature]),
        ({ kind }) => kind === 'burned',
      ),
    ).toMatchObject({ signature: signed.signature });
  });

  it('W2: a wallet without SOL for the fee is told how much is missing', async () => {
    const owner = await solana.wallet(0n);
    const nft = await solana.issue(owner);
    const prepare = () =>
      solana.chain.burn.prepare({ operationId: 'upg_1', memo: memoFor('upg_1'), nft, attempt: 1 });
    await expect(prepare()).rejects.toMatchObject({
      code: 'insufficient_sol',
      details: { actual: 0, required: 895_880, missing: 895_880 },
    });
    await solana.local.airdrop(nft.owner, 895_880n);
    const { transaction } = await prepare();
    const sent = await solana.sendRaw(Buffer.from(signWith(transaction, owner), 'base64'));
    // Exactly what was asked for is enough, and the rent of the token account came back.
    expect((await solana.connection.getSignatureStatuses([sent])).value[0]?.err).toBeNull();
    expect(await solana.connection.getBalance(owner.publicKey)).toBe(890_880 + 2_039_280);
  });

  it('signs a legacy transaction that the guard takes, and version 0 on request', async () => {
    const { attempt } = await solana.begin();
    const legacy = VersionedTransaction.deserialize(Buffer.from(attempt.transaction, 'base64'));
    expect(legacy.version).toBe('legacy');
    expect(attempt.version).toBe('legacy');
    expect(TransactionMessage.decompile(legacy.message).payerKey.toBase58()).toBe(
      attempt.nft.owner,
    );
    expect(Buffer.from(attempt.transaction, 'base64').length).toBeLessThan(600);
  });
});
