import {
  createCloseAccountInstruction,
  createInitializeMint2Instruction,
  createInitializeMintCloseAuthorityInstruction,
  ExtensionType,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MintAttempt, MintRequest } from '../../ports/chain.ts';
import { createSolanaChain } from '../chain.ts';
import {
  memoFor,
  mintFacts,
  openSolanaEnvironment,
  runtimes,
  type SolanaEnvironment,
  signWith,
  until,
} from '../fixtures.ts';
import { createRpc } from '../rpc.ts';
import { token2022 } from '../standards/token-2022.ts';
import { tokenProgramStandard } from '../standards/token-program.ts';
import { mintSeed } from './address.ts';

/** What is better not done: NFTs whose mint account can be closed. */
const closable = tokenProgramStandard({
  name: 'closable',
  program: TOKEN_2022_PROGRAM_ID,
  mintSize: () => ({
    space: getMintLen([ExtensionType.MintCloseAuthority]),
    rentBytes: getMintLen([ExtensionType.MintCloseAuthority]),
  }),
  initialise: ({ mint, authority }) => [
    createInitializeMintCloseAuthorityInstruction(mint, authority, TOKEN_2022_PROGRAM_ID),
    createInitializeMint2Instruction(mint, 0, authority, null, TOKEN_2022_PROGRAM_ID),
  ],
});

describe.each(runtimes)('the mint on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  const mintsOf = async (request: MintRequest) =>
    mintFacts(solana.connection, await solana.chain.mint.address(request));

  it('K1: nothing was written and nothing sent: absent', async () => {
    expect(await solana.chain.mint.observe(solana.order(), [])).toEqual({ kind: 'absent' });
  });

  it('K2: a crash after the intent: the stored bytes are sent by whoever comes next', async () => {
    const request = solana.order();
    const attempt: MintAttempt = JSON.parse(
      JSON.stringify(await solana.chain.mint.prepare(request, 1)),
    );
    // Another process: the same key, the same journal, nothing else.
    const next = createSolanaChain({ rpc: solana.rpc, authority: solana.authority });
    expect(await next.mint.observe(request, [attempt])).toEqual({
      kind: 'pending',
      signature: attempt.signature,
    });
    await next.mint.send(attempt);
    expect(await solana.settled(request, [attempt])).toMatchObject({
      kind: 'minted',
      transactionSignature: attempt.signature,
    });
  });

  it('K3: after a crash behind the send the mint is adopted, even with no attempt', async () => {
    const request = solana.order();
    const attempt = await solana.chain.mint.prepare(request, 1);
    await solana.chain.mint.send(attempt);
    const minted = {
      kind: 'minted',
      mintAddress: attempt.mintAddress,
      transactionSignature: attempt.signature,
      slot: expect.any(Number),
    };
    expect(await solana.settled(request, [attempt])).toEqual(minted);
    expect(await solana.settled(request, [])).toEqual(minted);
  });

  it('K4: asked again after the end: the same answer; another send changes nothing', async () => {
    const request = solana.order({ standard: 'spl-token' });
    const attempt = await solana.chain.mint.prepare(request, 1);
    await solana.chain.mint.send(attempt);
    const minted = await solana.settled(request, [attempt]);
    await solana.chain.mint.send(attempt);
    const late = await solana.chain.mint.prepare(request, 2);
    await solana.sendRaw(Buffer.from(late.transaction, 'base64'));
    expect(await solana.settled(request, [attempt, late])).toEqual(minted);
    expect(await mintsOf(request)).toEqual({ supply: '1', authority: null });
  });

  it('K5: three workers race: one mint, adopted by all', async () => {
    const request = solana.order();
    const attempts: MintAttempt[] = [];
    for (const number of [1, 2, 3]) {
      // Under the same blockhash the second worker would come with the very transaction of the
      // first: wait for another one.
      const another = ({ signature }: MintAttempt) =>
        attempts.every((attempt) => attempt.signature !== signature);
      attempts.push(await until(() => solana.chain.mint.prepare(request, number), another));
    }
    await Promise.all(attempts.map((attempt) => solana.chain.mint.send(attempt)));
    const seen = await Promise.all([
      solana.settled(request, attempts),
      ...attempts.map((attempt) => solana.settled(request, [attempt])),
    ]);
    for (const { kind } of seen) expect(kind).toBe('minted');
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await mintsOf(request)).toEqual({ supply: '1', authority: null });
  });

  it('K6: a mint that landed with an error permits another attempt', async () => {
    const request = solana.order();
    const attempt = await solana.chain.mint.prepare(request, 1);
    // Somebody puts lamports at the address between the two: creating an account there now fails.
    await solana.local.airdrop(attempt.mintAddress, 1_000_000n);
    await solana.sendRaw(Buffer.from(attempt.transaction, 'base64'));
    expect(await solana.settled(request, [attempt])).toMatchObject({
      kind: 'failed',
      signature: attempt.signature,
      code: 'mint_failed_on_chain',
    });
    // The next one takes the address as it is.
    expect(await solana.settled(request, [])).toEqual({ kind: 'absent' });
    const second = await solana.chain.mint.prepare(request, 2);
    await solana.chain.mint.send(second);
    expect(await solana.settled(request, [second])).toMatchObject({
      kind: 'minted',
      transactionSignature: second.signature,
    });
    const third = await solana.chain.mint.prepare(request, 3);
    await solana.sendRaw(Buffer.from(third.transaction, 'base64'));
    expect(await mintsOf(request)).toEqual({ supply: '1', authority: null });
  });

  it('K7: something unexpected at the address stops everything', async () => {
    const request = solana.order();
    const { authority } = solana;
    const mint = new PublicKey(await solana.chain.mint.address(request));
    const squat = SystemProgram.createAccountWithSeed({
      fromPubkey: authority.publicKey,
      basePubkey: authority.publicKey,
      seed: mintSeed(request.identity),
      newAccountPubkey: mint,
      lamports: await solana.connection.getMinimumBalanceForRentExemption(10),
      space: 10,
      programId: token2022().program,
    });
    await solana.finalized(await solana.land([squat], [authority]));
    await expect(solana.chain.mint.preflight(request)).rejects.toMatchObject({
      code: 'mint_address_occupied',
    });
    expect(await solana.settled(request, [])).toMatchObject({
      kind: 'unexpected',
      code: 'mint_address_occupied',
    });
  });

  it('K8: a wrong owner, URI or name is not success', async () => {
    const request = solana.order();
    const attempt = await solana.chain.mint.prepare(request, 1);
    await solana.chain.mint.send(attempt);
    expect(await solana.settled(request, [attempt])).toMatchObject({ kind: 'minted' });
    const wrong = async (extra: Partial<MintRequest>) =>
      solana.settled({ ...request, ...extra }, [attempt]);
    expect(await wrong({ uri: 'ipfs://other' })).toMatchObject({
      kind: 'unexpected',
      code: 'mint_mismatch',
      message: expect.stringContaining('uri'),
    });
    expect(await wrong({ name: 'Other' })).toMatchObject({
      kind: 'unexpected',
      code: 'mint_mismatch',
    });
    expect(await wrong({ attributes: [['tier', '3']] })).toMatchObject({
      kind: 'unexpected',
      code: 'mint_mismatch',
    });
    expect(await wrong({ recipient: Keypair.generate().publicKey.toBase58() })).toMatchObject({
      kind: 'unexpected',
      message: expect.stringContaining('recipient'),
    });
  });

  it('an NFT that its new owner has moved or burned since was delivered all the same', async () => {
    const owner = await solana.wallet();
    const request = solana.mintRequest(owner.publicKey, { standard: 'spl-token' });
    const attempt = await solana.chain.mint.prepare(request, 1);
    await solana.chain.mint.send(attempt);
    await solana.settled(request, [attempt]);
    const nft = await solana.chain.burn.locate({
      mint: attempt.mintAddress,
      owner: request.recipient,
    });
    const burn = await solana.chain.burn.prepare({
      operationId: solana.operationId(),
      memo: memoFor('upg_sold'),
      nft,
      attempt: 1,
    });
    await solana.finalized(
      await solana.sendRaw(Buffer.from(signWith(burn.transaction, owner), 'base64')),
    );
    expect(await solana.settled(request, [attempt])).toMatchObject({
      kind: 'minted',
      mintAddress: attempt.mintAddress,
    });
  });

  it('K7: an address that became free again is not minted to a second time', async () => {
    const chain = createSolanaChain({
      rpc: solana.rpc,
      authority: solana.authority,
      standards: [closable],
    });
    const owner = await solana.wallet();
    const request = solana.mintRequest(owner.publicKey, { standard: closable.name });
    const attempt = await chain.mint.prepare(request, 1);
    await solana.sendRaw(Buffer.from(attempt.transaction, 'base64'));
    const nft = await chain.burn.locate({ mint: attempt.mintAddress, owner: request.recipient });
    const burn = await chain.burn.prepare({
      operationId: 'upg_closed',
      memo: memoFor('upg_closed'),
      nft,
      attempt: 1,
    });
    const burned = await solana.sendRaw(Buffer.from(signWith(burn.transaction, owner), 'base64'));
    const mint = new PublicKey(attempt.mintAddress);
    const { publicKey } = solana.authority;
    await solana.finalized(
      await solana.land(
        [createCloseAccountInstruction(mint, publicKey, publicKey, [], closable.program)],
        [solana.authority],
      ),
    );
    expect(await solana.connection.getAccountInfo(mint)).toBeNull();
    // The chain itself would take a second mint now.
    await chain.mint.preflight(request);
    const seen = await solana.settled(request, [], chain);
    expect(seen).toMatchObject({
      kind: 'unexpected',
      code: 'mint_address_occupied',
      message: expect.stringContaining(attempt.signature),
    });
    // A burned NFT whose mint is gone as well counts as burned.
    const observed = await until(
      () => chain.burn.observe({ attempts: [burn], signatures: [] }),
      ({ kind }) => kind !== 'pending',
    );
    expect(observed).toMatchObject({ kind: 'burned', signature: burned });
  });
});

describe('the mint on a chain that forks', () => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment('lite');
  });
  afterAll(() => solana.stop());

  it('K9: minted, forked away, sent again to the same address until final', async () => {
    const request = solana.order();
    const attempt = await solana.chain.mint.prepare(request, 1);
    solana.controls.pause();
    solana.controls.advance(10);
    await solana.chain.mint.send(attempt);
    solana.controls.advance(3);
    expect(await solana.chain.mint.observe(request, [attempt])).toMatchObject({ kind: 'pending' });
    solana.controls.rollback(4);
    expect(await solana.chain.mint.observe(request, [attempt])).toMatchObject({ kind: 'pending' });
    expect(await solana.connection.getAccountInfo(new PublicKey(attempt.mintAddress))).toBeNull();
    await solana.chain.mint.send(attempt);
    solana.controls.advance(12);
    expect(await solana.chain.mint.observe(request, [attempt])).toMatchObject({
      kind: 'minted',
      mintAddress: attempt.mintAddress,
    });
    solana.controls.resume();
  });

  it("K5, K7: another worker's mint that is final during the look is no stranger", async () => {
    const request = solana.mintRequest(Keypair.generate().publicKey);
    const attempt = await solana.chain.mint.prepare(request, 1);
    solana.controls.pause();
    solana.controls.advance(10);
    await solana.chain.mint.send(attempt);
    solana.controls.advance(3);
    // The account is read at `finalized` first, while it is not final, and then at `confirmed`.
    let reads = 0;
    const rpc = await createRpc({
      endpoints: [solana.local.rpcUrl],
      onWarning: () => {},
      fetch: async (input, init) => {
        if (
          typeof init?.body === 'string' &&
          init.body.includes(attempt.mintAddress) &&
          ++reads === 2
        )
          solana.controls.advance(12);
        return fetch(input, init);
      },
    });
    const { mint } = createSolanaChain({ rpc, authority: solana.authority });
    expect(await mint.observe(request, [])).toEqual({ kind: 'pending', signature: '' });
    expect(reads).toBe(2);
    expect(await mint.observe(request, [])).toMatchObject({
      kind: 'minted',
      transactionSignature: attempt.signature,
    });
    solana.controls.resume();
  });

  it('K3: an attempt that never lands is replaced only after its end', async () => {
    const request = solana.order();
    const attempt = await solana.chain.mint.prepare(request, 1);
    solana.controls.dropNext(1);
    await solana.chain.mint.send(attempt);
    solana.controls.advance(100);
    expect(await solana.chain.mint.observe(request, [attempt])).toEqual({
      kind: 'pending',
      signature: attempt.signature,
    });
    solana.controls.advance(100);
    expect(await solana.chain.mint.observe(request, [attempt])).toEqual({ kind: 'absent' });
  });
});
