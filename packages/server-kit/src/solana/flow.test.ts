import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BurnObservation } from '../ports/chain.ts';
import { mintFacts, openWorld, runtimes, signWith, until, type World } from './fixtures.ts';
import { splToken } from './standards/spl-token.ts';
import { token2022 } from './standards/token-2022.ts';

const standards = [
  { title: 'spl-token', standard: splToken() },
  { title: 'token-2022', standard: token2022() },
  { title: 'token-2022, non-transferable', standard: token2022({ nonTransferable: true }) },
];

describe.each(runtimes)('an upgrade on %s', (runtime) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(runtime);
  });
  afterAll(() => world.stop());

  it.each(standards)('burns and mints once: $title', async ({ standard }) => {
    const { chain, connection } = world;
    const { owner, nft, attempt } = await world.begin(standard);
    expect(await world.observe(attempt)).toEqual({ kind: 'untouched' });

    const signed = await chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await chain.burn.broadcast(signed);
    await chain.burn.broadcast(signed);
    const seen: BurnObservation['kind'][] = [];
    const burned = await until(
      async () => {
        const observation = await world.observe(attempt, [signed.signature]);
        seen.push(observation.kind);
        return observation;
      },
      ({ kind }) => kind === 'burned',
    );
    expect(burned).toMatchObject({ kind: 'burned', signature: signed.signature });
    expect(new Set(seen.filter((kind) => kind !== 'untouched'))).toEqual(new Set(['pending', 'burned']));
    expect(await mintFacts(connection, nft.mint)).toMatchObject({ supply: '0', authority: null });
    // Bytes that have landed are sent again without harm.
    await chain.burn.broadcast(signed);

    const request = world.mintRequest(owner.publicKey, { standard: standard.name });
    await chain.mint.preflight(request);
    expect(await chain.mint.observe(request, [])).toEqual({ kind: 'absent' });
    const mint = await chain.mint.prepare(request, 1);
    expect(mint.mintAddress).toBe(await chain.mint.address(request));
    expect(await chain.mint.observe(request, [mint])).toEqual({ kind: 'pending', signature: mint.signature });
    await chain.mint.send(mint);
    const minted = await until(
      () => chain.mint.observe(request, [mint]),
      ({ kind }) => kind !== 'pending',
    );
    expect(minted).toEqual({ kind: 'minted', mintAddress: mint.mintAddress, transactionSignature: mint.signature });

    const second = await chain.mint.prepare(request, 2);
    await chain.mint.send(second);
    expect(
      await until(
        () => chain.mint.observe(request, [mint, second]),
        ({ kind }) => kind !== 'pending',
      ),
    ).toEqual(minted);
    expect(await mintFacts(connection, mint.mintAddress)).toEqual({ supply: '1', authority: null });
    expect(await chain.burn.locate({ mint: mint.mintAddress, owner: owner.publicKey.toBase58() })).toMatchObject({
      standard: standard.name,
    });
  });
});
