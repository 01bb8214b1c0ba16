import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { burnOf } from '../fixtures/attacks/parts.ts';
import {
  openSolanaEnvironment,
  runtimes,
  type SolanaEnvironment,
  signWith,
  until,
} from '../fixtures.ts';

describe.each(runtimes)('a burn nobody remembers, on %s', (runtime) => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment(runtime);
  });
  afterAll(() => solana.stop());

  it('S3: is found by its memo, for its owner, and only once it is final', async () => {
    const { owner, nft, attempt } = await solana.begin();
    const find = (who: string) => solana.chain.burn.find?.({ mint: nft.mint, owner: who });
    expect(await find(nft.owner)).toBeNull();
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await solana.chain.burn.broadcast(signed);
    const found = await until(
      async () => (await find(nft.owner)) ?? null,
      (burn) => burn !== null,
    );
    expect(found).toMatchObject({ memo: attempt.memo, signature: signed.signature });
    expect(await find((await solana.begin()).nft.owner)).toBeNull();
  });

  it('A1: is found without a memo of ours as well, and says so', async () => {
    const { owner, nft } = await solana.begin();
    const signature = await solana.land([burnOf(nft)], [owner]);
    const found = await until(
      async () => (await solana.chain.burn.find?.({ mint: nft.mint, owner: nft.owner })) ?? null,
      (burn) => burn !== null,
    );
    expect(found).toMatchObject({ memo: null, signature });
  });
});
