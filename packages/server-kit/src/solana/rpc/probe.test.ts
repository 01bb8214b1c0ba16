import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiteChain, startChain } from '../../testing/chain/index.ts';
import { createSolanaChain } from '../chain.ts';
import { rpcCallOf } from '../fixtures/rpc-call.ts';
import { createRpc } from '../rpc.ts';

describe('what a node has to be able to do', () => {
  let chain: LiteChain;
  beforeAll(async () => {
    chain = await startChain({ runtime: 'lite' });
  });
  afterAll(() => chain.stop());

  /** The chain, by another host name for nodes that lack something. */
  const lacking =
    (host: string, method: string, code: number): typeof fetch =>
    async (input, init) => {
      const body = rpcCallOf(input, init);
      const { url } = body;
      return url.includes(host) && body.method === method
        ? Response.json({ jsonrpc: '2.0', id: body.id, error: { code, message: 'not here' } })
        : fetch(url.replace('localhost', '127.0.0.1'), init);
    };
  const poorUrl = () => chain.rpcUrl.replace('127.0.0.1', 'localhost');

  it.each([
    ['getSignatureStatuses', -32_011, /history of transactions .*-32011/],
    ['getTransaction', -32_011, /show transactions .*-32011/],
    ['getTransaction', -32_015, /of every version .*-32015/],
    ['getSignaturesForAddress', -32_601, /history of an address .*-32601/],
    ['getTokenAccountsByOwner', -32_010, /token accounts of an owner .*-32010/],
    ['getAccountInfo', -32_601, /program SPL Token .*-32601/],
    ['getEpochInfo', -32_601, /finalized block height .*-32601/],
  ])(
    'A6: %s refused with %i: the start names the node and what it lacks',
    async (method, code, text) => {
      const fetch = lacking('localhost', method, code);
      const endpoints = [chain.rpcUrl, poorUrl()];
      await expect(createRpc({ endpoints, fetch })).rejects.toMatchObject({
        code: 'missing_capability',
        message: expect.stringMatching(text),
        hint: expect.stringContaining("use: 'reads'"),
        details: { host: new URL(poorUrl()).host },
      });
      // It may be used for what decides nothing.
      const rpc = await createRpc({
        endpoints: [chain.rpcUrl, { url: poorUrl(), use: 'reads' }],
        fetch,
        onWarning: () => {},
      });
      const { mint } = createSolanaChain({ rpc, authority: Keypair.generate() });
      for (let turn = 0; turn < 4; turn++) expect(await mint.horizon()).toBeGreaterThan(0);
    },
  );

  it('costs eight calls a node, and a busy node lacks nothing', async () => {
    const asked: string[] = [];
    const rpc = await createRpc({
      endpoints: [chain.rpcUrl],
      onWarning: () => {},
      fetch: async (input, init) => {
        const body = rpcCallOf(input, init);
        asked.push(body.method);
        return body.method === 'getTransaction'
          ? Response.json({ jsonrpc: '2.0', id: body.id, error: { code: -32_005, message: '' } })
          : fetch(input, init);
      },
    });
    expect(rpc.genesisHash).toBeTruthy();
    expect(asked).toHaveLength(9);
  });

  it('warns that a node alone is believed, and of nothing with three', async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    await createRpc({ endpoints: [chain.rpcUrl, poorUrl(), `${chain.rpcUrl}/`], onWarning });
    expect(warnings).toEqual([]);
    await createRpc({ endpoints: [chain.rpcUrl, { url: poorUrl(), use: 'reads' }], onWarning });
    expect(warnings).toEqual([expect.stringContaining('its lies and mistakes are believed')]);
    await expect(
      createRpc({ endpoints: [{ url: chain.rpcUrl, use: 'reads' }] }),
    ).rejects.toMatchObject({ code: 'invalid_option' });
  });
});
