import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { Connection, Keypair } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { feeOf, feePolicy, unitPrice } from './fees.ts';
import type { Endpoint } from './rpc/endpoint.ts';

/** A node whose recent blocks had these fees. */
function node(fees: readonly number[] | NftUpgradeError): Endpoint {
  return {
    host: 'test',
    call: (work) => work(new Connection('http://127.0.0.1:9')),
    async request() {
      if (fees instanceof NftUpgradeError) throw fees;
      return { result: fees.map((prioritizationFee, slot) => ({ prioritizationFee, slot })) };
    },
  };
}
const accounts = [Keypair.generate().publicKey];

describe('the priority fee', () => {
  it('pays what three of four recent ones paid, in whatever order they come', async () => {
    expect(await unitPrice(node([400, 100, 300, 200]), accounts, 100_000, feePolicy())).toBe(400);
    expect(
      await unitPrice(node([400, 100, 300, 200]), accounts, 100_000, feePolicy({ percentile: 50 })),
    ).toBe(300);
    expect(
      await unitPrice(node([400, 100]), accounts, 100_000, feePolicy({ percentile: 100 })),
    ).toBe(400);
  });

  it('never pays more than the limit', async () => {
    const price = await unitPrice(
      node([10 ** 12]),
      accounts,
      130_000,
      feePolicy({ maxLamports: 1_000 }),
    );
    expect(feeOf(130_000, price)).toBe(6_000);
  });

  it('pays none where it is turned off, unknown or not to be had', async () => {
    expect(await unitPrice(node([500]), accounts, 100_000, feePolicy({ maxLamports: 0 }))).toBe(0);
    expect(await unitPrice(node([]), accounts, 100_000, feePolicy())).toBe(0);
    expect(
      await unitPrice(node(new NftUpgradeError('rpc_unavailable')), accounts, 100_000, feePolicy()),
    ).toBe(0);
    await expect(
      unitPrice(node(new NftUpgradeError('wrong_cluster')), accounts, 100_000, feePolicy()),
    ).rejects.toMatchObject({
      code: 'wrong_cluster',
    });
  });

  it.each([
    { maxLamports: -1 },
    { maxLamports: 1.5 },
    { percentile: 101 },
    { percentile: Number.NaN },
  ])('refuses %j', (option) => {
    expect(() => feePolicy(option)).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });
});
