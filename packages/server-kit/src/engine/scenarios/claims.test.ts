import { expect, it } from 'vitest';
import type { Service } from '../../service.ts';
import { describeEnvironments } from './environments.fixture.ts';

describeEnvironments('claims', (environment) => {
  const claimed = async (node: Service) => {
    const id = await environment.begin(node, { process: 'claim' });
    const { facts } = await environment.until(node, id, 'completed');
    return String(facts.mintAddress);
  };
  const held = async () =>
    (await environment.harness.nfts(environment.alice.principal.wallet)).filter(
      (mint) => mint !== environment.alice.mint,
    );

  it('A3: a second honest claim gets another address than the first', async () => {
    const node = await environment.node();
    const first = await claimed(node);
    const second = await claimed(node);
    expect(second).not.toBe(first);
    expect(await held()).toHaveLength(2);
  });

  it('A3, S3: a restored database finds the NFT of a claim that it has forgotten', async () => {
    const first = await claimed(await environment.node());
    await environment.stop();
    await environment.wipe();
    const node = await environment.node();
    expect(await claimed(node)).toBe(first);
    expect(await held()).toEqual([first]);
    expect(await claimed(node)).not.toBe(first);
    expect(await held()).toHaveLength(2);
  });

  it('A3, S7: the NFT of a forgotten claim is found after a rotation as well', async () => {
    const deployment = 'production';
    const first = await claimed(await environment.node({ deployment }));
    await environment.stop();
    await environment.wipe();
    await environment.harness.rotate();
    const node = await environment.node({ deployment });
    expect(await claimed(node)).toBe(first);
    expect(await held()).toEqual([first]);
  });

  it('A1: what a claim is minted for can be computed with the key alone', async () => {
    const { mint } = environment.harness.chain();
    const text = JSON.stringify(['production', 'claim', 'alice', 'alice', 0]);
    const before = await mint.digest(mint.key, text);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await environment.harness.chain().mint.digest(mint.key, text)).toBe(before);
    await environment.harness.rotate();
    const after = environment.harness.chain().mint;
    expect(await after.digest(mint.key, text)).toBe(before);
    expect(await after.digest(after.key, text)).not.toBe(before);
    await environment.harness.rotate({ forgotten: true });
    await expect(environment.harness.chain().mint.digest(mint.key, text)).rejects.toMatchObject({
      code: 'mint_key_unknown',
    });
  });
});
