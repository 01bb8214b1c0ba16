import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openWorld, type World } from '../fixtures.ts';
import { type AuthorityBalance, authorityBalance, watchAuthorityBalance } from './balance.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld('lite');
});
afterAll(() => world.stop());

it('K6: tells once that the authority runs low, tells again what could not be told, and tells when it is filled up', async () => {
  const authority = Keypair.generate().publicKey;
  expect(await authorityBalance(world.rpc, authority)).toEqual({
    authority: authority.toBase58(),
    lamports: 0,
    leastLamports: 100_000_000,
    isLow: true,
  });
  const told: AuthorityBalance[] = [];
  const onError = vi.fn();
  let pager = 0;
  const stop = watchAuthorityBalance({
    rpc: world.rpc,
    authority,
    everyMs: 20,
    onError,
    onChange(balance) {
      pager += 1;
      if (pager === 1) throw new TypeError('the pager is off');
      told.push(balance);
    },
  });
  await vi.waitFor(() => expect(told.map(({ isLow }) => isLow)).toEqual([true]), { timeout: 30_000 });
  expect(onError).toHaveBeenCalledTimes(1);
  await world.local.airdrop(authority.toBase58(), 200_000_000n);
  await vi.waitFor(() => expect(told.map(({ isLow }) => isLow)).toEqual([true, false]), { timeout: 30_000 });
  stop();
});

it.each([{ leastLamports: 0 }, { everyMs: 0 }, { everyMs: Number.NaN }])('a wrong option is named: %j', (options) =>
  expect(() =>
    watchAuthorityBalance({
      rpc: world.rpc,
      authority: Keypair.generate().publicKey,
      onChange: () => undefined,
      onError: () => undefined,
      ...options,
    }),
  ).toThrow(expect.objectContaining({ code: 'invalid_option' })),
);
