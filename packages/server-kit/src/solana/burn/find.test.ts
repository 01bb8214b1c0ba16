import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const { owner, nft, attempt, operationId } = await solana.begin();
    const find = (who: string) => solana.chain.burn.find?.({ mint: nft.mint, owner: who });
    expect(await find(nft.owner)).toBeNull();
    const signed = await solana.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await solana.chain.burn.broadcast(signed);
    const found = await until(
      async () => (await find(nft.owner)) ?? null,
      (burn) => burn !== null,
    );
    expect(found).toMatchObject({ operationId, signature: signed.signature });
    expect(await find((await solana.begin()).nft.owner)).toBeNull();
  });
});
