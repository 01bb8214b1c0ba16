import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, runtimes, signWith, until, type World } from '../fixtures.ts';

describe.each(runtimes)('a burn nobody remembers, on %s', (runtime) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(runtime);
  });
  afterAll(() => world.stop());

  it('S3: is found by its memo, for its owner, and only once it is final', async () => {
    const { owner, nft, attempt, operationId } = await world.begin();
    const find = (who: string) => world.chain.burn.find?.({ mint: nft.mint, owner: who });
    expect(await find(nft.owner)).toBeNull();
    const signed = await world.chain.burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await world.chain.burn.broadcast(signed);
    const found = await until(
      async () => (await find(nft.owner)) ?? null,
      (burn) => burn !== null,
    );
    expect(found).toMatchObject({ operationId, signature: signed.signature });
    expect(await find((await world.begin()).nft.owner)).toBeNull();
  });
});
