import { type ReceiptClaims, verifyReceipt } from '@aiw3/nft-upgrade/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BurnObservation } from '../ports/chain.ts';
import { ed25519Receipts } from '../ports/receipts.ts';
import {
  mintFacts,
  openSolanaEnvironment,
  runtimes,
  type SolanaEnvironment,
  signWith,
  until,
} from './fixtures.ts';
import { splToken } from './standards/spl-token.ts';
import { token2022 } from './standards/token-2022.ts';

const standards = [
  { title: 'spl-token', standard: splToken() },
  { title: 'token-2022', standard: token2022() },
  { title: 'token-2022, non-transferable', standard: token2022({ nonTransferable: true }) },
];

describe.each(runtimes)('an upgrade on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  /** The receipt is true, and each single thing in it that is changed and signed again is not. */
  const receiptHolds = async (claims: ReceiptClaims) => {
    const receipts = ed25519Receipts({ seed: new Uint8Array(32).fill(7) });
    const options = { keys: [receipts.key], rpc: solana.local.rpcUrl };
    expect(await verifyReceipt(await receipts.issue(claims), options)).toMatchObject({
      valid: true,
    });
    const { burned, minted } = claims;
    if (!burned || !minted) throw new TypeError('unreachable');
    const lies: [string, Partial<ReceiptClaims>][] = [
      ['cluster', { cluster: claims.owner }],
      ['burn', { operationId: 'upg_other' }],
      ['burn', { owner: solana.authority.publicKey.toBase58() }],
      ['mint', { owner: solana.authority.publicKey.toBase58() }],
      ['burn', { burned: { ...burned, mint: minted.mint } }],
      ['burn', { burned: { ...burned, signature: minted.signature } }],
      ['burn', { burned: { ...burned, slot: burned.slot + 1 } }],
      ['mint', { minted: { ...minted, mint: burned.mint } }],
      ['mint', { minted: { ...minted, signature: burned.signature } }],
      ['mint', { minted: { ...minted, slot: burned.slot } }],
    ];
    for (const [rule, lie] of lies) {
      const verdict = await verifyReceipt(await receipts.issue({ ...claims, ...lie }), options);
      expect([lie, verdict.valid || verdict.findings.map((finding) => finding.rule)]).toEqual([
        lie,
        expect.arrayContaining([rule]),
      ]);
    }
  };

  it('a receipt that names another document is not believed where the chain knows it', async () => {
    const { chain } = solana;
    const owner = await solana.wallet();
    const request = solana.mintRequest(owner.publicKey);
    const attempt = await chain.mint.prepare(request, 1);
    await chain.mint.send(attempt);
    const seen = await until(
      () => chain.mint.observe(request, [attempt]),
      ({ kind }) => kind === 'minted',
    );
    const receipts = ed25519Receipts({ seed: new Uint8Array(32).fill(7) });
    const verify = async (cid: string) => {
      const minted = { mint: attempt.mintAddress, signature: attempt.signature, slot: null };
      const claims = {
        operationId: 'clm_1',
        process: 'claim',
        cluster: solana.rpc.genesisHash,
        owner: owner.publicKey.toBase58(),
      };
      return verifyReceipt(await receipts.issue({ ...claims, burned: null, minted, cid }), {
        keys: [receipts.key],
        rpc: solana.local.rpcUrl,
      });
    };
    expect(seen.kind).toBe('minted');
    expect(await verify(request.uri.replace('ipfs://', ''))).toMatchObject({ valid: true });
    expect(await verify('bafkreiother')).toMatchObject({
      valid: false,
      findings: [{ rule: 'cid' }],
    });
  });

  it.each(standards)('burns and mints once: $title', async ({ standard }) => {
    const { chain, connection } = solana;
    const { owner, nft, attempt } = await solana.begin(standard);
    expect(await solana.observe(attempt)).toEqual({ kind: 'untouched' });

    const signed = await chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await chain.burn.broadcast(signed);
    await chain.burn.broadcast(signed);
    const seen: BurnObservation['kind'][] = [];
    const burned = await until(
      async () => {
        const observation = await solana.observe(attempt, [signed.signature]);
        seen.push(observation.kind);
        return observation;
      },
      ({ kind }) => kind === 'burned',
    );
    expect(burned).toMatchObject({ kind: 'burned', signature: signed.signature });
    expect(new Set(seen.filter((kind) => kind !== 'untouched'))).toEqual(
      new Set(['pending', 'burned']),
    );
    expect(await mintFacts(connection, nft.mint)).toMatchObject({ supply: '0', authority: null });
    // Bytes that have landed are sent again without harm.
    await chain.burn.broadcast(signed);

    const request = solana.mintRequest(owner.publicKey, { standard: standard.name });
    await chain.mint.preflight(request);
    expect(await chain.mint.observe(request, [])).toEqual({ kind: 'absent' });
    const mint = await chain.mint.prepare(request, 1);
    expect(mint.mintAddress).toBe(await chain.mint.address(request));
    expect(await chain.mint.observe(request, [mint])).toEqual({
      kind: 'pending',
      signature: mint.signature,
    });
    await chain.mint.send(mint);
    const minted = await until(
      () => chain.mint.observe(request, [mint]),
      ({ kind }) => kind !== 'pending',
    );
    expect(minted).toMatchObject({
      kind: 'minted',
      mintAddress: mint.mintAddress,
      transactionSignature: mint.signature,
    });
    if (burned.kind !== 'burned' || minted.kind !== 'minted') throw new TypeError('unreachable');

    const second = await chain.mint.prepare(request, 2);
    await chain.mint.send(second);
    expect(
      await until(
        () => chain.mint.observe(request, [mint, second]),
        ({ kind }) => kind !== 'pending',
      ),
    ).toEqual(minted);
    expect(await mintFacts(connection, mint.mintAddress)).toEqual({ supply: '1', authority: null });
    await receiptHolds({
      operationId: attempt.operationId,
      process: 'upgrade',
      cluster: await chain.identity(),
      owner: nft.owner,
      burned: { mint: nft.mint, signature: burned.signature, slot: burned.slot },
      minted: { mint: mint.mintAddress, signature: mint.signature, slot: minted.slot },
      cid: request.uri.replace('ipfs://', ''),
    });
    expect(
      await chain.burn.locate({ mint: mint.mintAddress, owner: owner.publicKey.toBase58() }),
    ).toMatchObject({
      standard: standard.name,
    });
  });
});
