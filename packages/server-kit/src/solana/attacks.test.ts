import { PublicKey } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks } from './fixtures/attacks/index.ts';
import { batched, burnOf, codesOf, loosely } from './fixtures/attacks/parts.ts';
import { type Attack, setupOf } from './fixtures/attacks/setup.ts';
import { openSolanaEnvironment, runtimes, type SolanaEnvironment, until } from './fixtures.ts';

it('B10: there are at least forty ways to forge or replay a burn, no two the same', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  expect(attacks.length).toBeGreaterThanOrEqual(40);
});

describe.each(runtimes)('forged burns on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  const forge = async (attack: Attack) => {
    const setup = await setupOf(solana, attack);
    const forged = await attack.forge(setup);
    return typeof forged === 'string' ? { signature: forged, attempt: setup.attempt } : forged;
  };

  // All of them on lite. On surfpool, whose blocks take their time, one of each code: what is read
  // from the answers of a node is the same for all of a code.
  const tried =
    runtime === 'lite'
      ? attacks
      : attacks.filter(
          ({ code }, index) => attacks.findIndex((other) => other.code === code) === index,
        );
  it.concurrent.each(tried)('B10: $name → $code', async (attack) => {
    const { signature, attempt } = await forge(attack);
    await solana.finalized(signature);
    expect((await codesOf(solana, signature, attempt))[0]).toBe(attack.code);
    // Through the port, as the engine asks: from the state of the whole chain.
    if (attack.code === 'burn_wrong_program') return;
    const seen = await until(
      () => solana.observe(attempt, [signature]),
      ({ kind }) => kind !== 'pending',
    );
    const { seenAs: kind = 'refused', code, refusedAs = code } = attack;
    expect(seen).toMatchObject({
      kind,
      signature,
      ...(kind === 'burned_elsewhere' ? {} : { code: refusedAs }),
    });
  });

  it('B8 B10: what burned it all the same is not ours: the NFT is gone, or has moved', async () => {
    const byName = (name: string): Attack => {
      const attack = attacks.find((candidate) => candidate.name === name);
      if (!attack) throw new RangeError(name);
      return attack;
    };
    for (const [name, kind] of [
      ['by a later holder, who signs the memo', 'gone'],
      ['hidden in a Batch of spl-token', 'gone'],
      ['a transfer instead of a burn', 'moved'],
    ] as const) {
      const { signature, attempt } = await forge(byName(name));
      await solana.finalized(signature);
      const seen = await until(
        () => solana.observe(attempt, [], [signature]),
        (now) => now.kind !== 'pending' && now.kind !== 'untouched',
      );
      expect([name, seen.kind]).toEqual([name, kind]);
    }
  });

  it('B10: a burn hidden in a Batch really burns, so the supply alone proves nothing', async () => {
    const { owner, nft } = await solana.begin();
    await solana.land([batched(burnOf(nft))], [owner]);
    expect((await solana.connection.getTokenSupply(new PublicKey(nft.mint))).value.amount).toBe(
      '0',
    );
  });

  it('B10: an NFT that could come back is refused before anybody is asked to burn it', async () => {
    const owner = await solana.wallet();
    const nft = await loosely(solana, owner);
    await expect(
      solana.chain.burn.locate({ mint: nft.mint, owner: nft.owner }),
    ).rejects.toMatchObject({ code: 'nft_unsupported' });
  });

  it('B10: signatures that are none', async () => {
    const { attempt } = await solana.begin();
    for (const text of ['garbage', '', '1'.repeat(87), 'O'.repeat(88)])
      expect(await solana.observe(attempt, [text])).toMatchObject({
        kind: 'refused',
        signature: text,
        code: 'burn_missing',
      });
    expect(await solana.observe(attempt, ['1'.repeat(64)])).toEqual({ kind: 'untouched' });
  });
});
