import { inspect } from 'node:util';
import { Connection, Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain } from '../testing/chain/index.ts';
import { createSolanaChain } from './chain.ts';
import { openSolanaEnvironment, type SolanaEnvironment, signWith, until } from './fixtures.ts';
import { type Alter, hang, type RpcProxy, startProxy } from './rpc/proxy.ts';
import { createRpc } from './rpc.ts';

describe('several RPC nodes', () => {
  let solana: SolanaEnvironment;
  let proxy: RpcProxy;
  beforeAll(async () => {
    solana = await openSolanaEnvironment('lite');
    proxy = await startProxy(solana.local.rpcUrl);
  });
  afterAll(async () => {
    await proxy.stop();
    await solana.stop();
  });

  const honest: Alter = (_method, result) => result;
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  /** Tells that far more blocks have passed than have. */
  const hurried: Alter = (method, result) =>
    method === 'getEpochInfo' && isObject(result)
      ? { ...result, blockHeight: Number(result.blockHeight) + 100_000 }
      : method === 'getLatestBlockhash' && isObject(result) && isObject(result.value)
        ? {
            ...result,
            value: {
              ...result.value,
              lastValidBlockHeight: Number(result.value.lastValidBlockHeight) + 100_000,
            },
          }
        : result;
  const chainOver = async (endpoints: (string | Connection)[]) =>
    createSolanaChain({
      rpc: await createRpc({ endpoints, timeoutMs: 500, onWarning: () => {} }),
      authority: solana.authority,
    });
  const downUrl = async () => {
    const gone = await startProxy(solana.local.rpcUrl);
    await gone.stop();
    return gone.url;
  };

  it('B9: goes on with the others while one is down, hangs or is throttled', async () => {
    const { nft, attempt } = await solana.begin();
    proxy.set(honest);
    const chain = await chainOver([proxy.url, solana.local.rpcUrl, `${solana.local.rpcUrl}/`]);
    for (const failure of [503, 429, hang]) {
      proxy.set(() => failure);
      for (let turn = 0; turn < 2; turn++)
        expect(await chain.burn.locate({ mint: nft.mint, owner: nft.owner })).toMatchObject({
          mint: nft.mint,
        });
    }
    proxy.set(honest);
    expect(await chain.burn.observe({ attempts: [attempt], signatures: [] })).toEqual({
      kind: 'untouched',
    });
  });

  it('B9: waits when all are down, and shows the host but never the key in the URL', async () => {
    const { attempt } = await solana.begin();
    const port = proxy.port;
    proxy.set(honest);
    const rpc = await createRpc({
      endpoints: [`http://user:secret-pass@127.0.0.1:${port}/v2/SECRETPATH?api-key=SECRETKEY`],
      timeoutMs: 300,
    });
    expect(proxy.seen.at(-1)?.headers.authorization).toBe(`Basic ${btoa('user:secret-pass')}`);
    const chain = createSolanaChain({ rpc, authority: solana.authority });
    const failures: Alter[] = [() => 503, () => hang, () => ({ not: 'a result' })];
    for (const failure of failures) {
      proxy.set(failure);
      const error: unknown = await chain.burn
        .observe({ attempts: [attempt], signatures: [] })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'rpc_unavailable',
        retryable: true,
        details: { host: `127.0.0.1:${port}` },
      });
      expect(inspect(error, { depth: 10 })).not.toMatch(/secret/i);
    }
    await expect(
      chain.burn.broadcast({ signature: '', attempt: 1, transaction: attempt.transaction }),
    ).rejects.toMatchObject({
      code: 'rpc_unavailable',
    });
    await expect(createRpc({ endpoints: ['SECRET://nowhere'] })).rejects.toSatisfy(
      (error) => !/secret/i.test(inspect(error)),
    );
    proxy.set(honest);
  });

  it('W1: refuses nodes of another cluster, at the start and later', async () => {
    const other = await startChain({ runtime: 'lite' });
    try {
      await expect(
        createRpc({ endpoints: [solana.local.rpcUrl, other.rpcUrl] }),
      ).rejects.toMatchObject({
        code: 'wrong_cluster',
        retryable: false,
      });
      await expect(
        createRpc({ endpoints: [other.rpcUrl], genesisHash: solana.rpc.genesisHash }),
      ).rejects.toMatchObject({
        code: 'wrong_cluster',
      });
      const late = await startProxy(other.rpcUrl, () => 503);
      const rpc = await createRpc({ endpoints: [solana.local.rpcUrl, late.url] });
      expect(rpc.genesisHash).toBe(solana.rpc.genesisHash);
      late.set(honest);
      const ask = () => rpc.use((endpoint) => endpoint.call((connection) => connection.getSlot()));
      await expect(Promise.all(Array.from({ length: 16 }, ask))).rejects.toMatchObject({
        code: 'wrong_cluster',
      });
      await late.stop();
    } finally {
      await other.stop();
    }
  });

  it('starts with the nodes that answer, and not with none', async () => {
    const down = await downUrl();
    await expect(createRpc({ endpoints: [down] })).rejects.toMatchObject({
      code: 'rpc_unavailable',
      details: { reason: 'ECONNREFUSED' },
    });
    await expect(createRpc({ endpoints: [] })).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(
      createRpc({ endpoints: [solana.local.rpcUrl], timeoutMs: 0 }),
    ).rejects.toMatchObject({ code: 'invalid_option' });
    const rpc = await createRpc({ endpoints: [down, new Connection(solana.local.rpcUrl)] });
    expect(rpc.genesisHash).toBe(solana.rpc.genesisHash);
  });

  it('B9: two nodes that disagree decide nothing: no "dead", no "absent"', async () => {
    const { attempt } = await solana.begin();
    proxy.set(hurried);
    const alone = await chainOver([proxy.url]);
    const both = await chainOver([proxy.url, solana.local.rpcUrl]);
    const request = solana.mintRequest(Keypair.generate().publicKey);
    const mint = await solana.chain.mint.prepare(request, 1);
    await until(
      () => alone.burn.observe({ attempts: [attempt], signatures: [] }),
      ({ kind }) => kind === 'dead',
    );
    expect(await alone.mint.observe(request, [mint])).toEqual({ kind: 'absent' });
    const kinds = async (observe: () => Promise<{ kind: string }>) => {
      const seen = [];
      for (let turn = 0; turn < 8; turn++)
        seen.push((await observe().catch((error) => ({ kind: String(error.code) }))).kind);
      return new Set(seen);
    };
    // Either the honest node was asked first and nothing is decided, or the other one was and is
    // not believed.
    const burns = await kinds(() => both.burn.observe({ attempts: [attempt], signatures: [] }));
    expect(['untouched', 'rpc_unavailable']).toEqual(expect.arrayContaining([...burns]));
    const mints = await kinds(() => both.mint.observe(request, [mint]));
    expect(['pending', 'rpc_unavailable']).toEqual(expect.arrayContaining([...mints]));
    proxy.set(honest);
  });

  it('B9: of three nodes two decide, while the third is down and while it lies', async () => {
    const { owner, attempt } = await solana.begin();
    const { burn } = await chainOver([solana.local.rpcUrl, proxy.url, `${solana.local.rpcUrl}/`]);
    const signed = await burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await burn.broadcast(signed);
    await solana.finalized(signed.signature);
    const observe = () => burn.observe({ attempts: [attempt], signatures: [signed.signature] });
    proxy.set((method, result) =>
      method === 'getSignatureStatuses' && isObject(result) ? { ...result, value: [null] } : result,
    );
    for (let turn = 0; turn < 3; turn++)
      expect(await observe()).toMatchObject({ kind: 'burned', signature: signed.signature });
    proxy.set(() => 503);
    for (let turn = 0; turn < 3; turn++)
      expect(await observe()).toMatchObject({ kind: 'burned', signature: signed.signature });
    const pair = await chainOver([solana.local.rpcUrl, `${solana.local.rpcUrl}/`]);
    expect(await pair.burn.observe({ attempts: [attempt], signatures: [] })).toMatchObject({
      kind: 'burned',
    });
    proxy.set(honest);
  });

  it('B9: with two nodes, one alone decides nothing', async () => {
    const { owner, attempt } = await solana.begin();
    proxy.set(honest);
    const { burn } = await chainOver([solana.local.rpcUrl, proxy.url]);
    const signed = await burn.accept(signWith(attempt.transaction, owner), [attempt]);
    await burn.broadcast(signed);
    await solana.finalized(signed.signature);
    proxy.set(() => 503);
    await expect(
      burn.observe({ attempts: [attempt], signatures: [signed.signature] }),
    ).rejects.toMatchObject({
      code: 'rpc_unavailable',
      details: { agreeing: 1, endpoints: 2 },
    });
    proxy.set(honest);
    expect(
      await burn.observe({ attempts: [attempt], signatures: [signed.signature] }),
    ).toMatchObject({ kind: 'burned' });
  });

  it('B9: a node behind one URL that answers from an older slot is not proof', async () => {
    const { attempt } = await solana.begin();
    await solana.expire();
    const alone = await chainOver([proxy.url]);
    const query = { attempts: [attempt], signatures: [] };
    const stale: Alter = (method, result) =>
      method === 'getTokenAccountsByOwner' && isObject(result) && isObject(result.context)
        ? { ...result, context: { ...result.context, slot: 1 } }
        : result;
    proxy.set(stale);
    await expect(alone.burn.observe(query)).rejects.toMatchObject({
      code: 'rpc_unavailable',
      message: expect.stringContaining('behind'),
    });
    proxy.set(honest);
    expect(await alone.burn.observe(query)).toEqual({
      kind: 'dead',
      proof: { slot: expect.any(Number), blockHeight: expect.any(Number) },
    });
  });

  it('B9: gone without a transaction to show is "gone", never "moved"; found later', async () => {
    const { owner, attempt } = await solana.begin();
    const signature = await solana.sendRaw(
      Buffer.from(signWith(attempt.transaction, owner), 'base64'),
    );
    await solana.finalized(signature);
    const alone = await chainOver([proxy.url]);
    const query = { attempts: [attempt], signatures: [] };
    // The index of transactions is behind the accounts.
    proxy.set((method, result) => (method === 'getSignaturesForAddress' ? [] : result));
    expect(await alone.burn.observe(query)).toEqual({
      kind: 'gone',
      message: expect.stringContaining('no node shows'),
    });
    proxy.set(honest);
    expect(await alone.burn.observe(query)).toMatchObject({ kind: 'burned', signature });
  });

  it('A2 K3: what stands there is minted, also where no node shows a transaction', async () => {
    const request = solana.mintRequest(Keypair.generate().publicKey);
    const attempt = await solana.chain.mint.prepare(request, 1);
    await solana.finalized(await solana.sendRaw(Buffer.from(attempt.transaction, 'base64')));
    const { mint } = await chainOver([proxy.url]);
    const mintAddress = attempt.mintAddress;
    proxy.set((method, result) => {
      if (method === 'getTransaction') return null;
      if (method === 'getSignatureStatuses' && isObject(result))
        return { ...result, value: [null] };
      return method === 'getSignaturesForAddress' ? [] : result;
    });
    for (const attempts of [[], [attempt]])
      expect(await mint.observe(request, attempts)).toEqual({
        kind: 'minted',
        mintAddress,
        transactionSignature: null,
        slot: null,
      });
    // Landed by its own attempt, and no account there: one of the two is not true.
    proxy.set((method, result) =>
      method === 'getAccountInfo' && isObject(result) ? { ...result, value: null } : result,
    );
    await expect(mint.observe(request, [attempt])).rejects.toMatchObject({
      code: 'rpc_unavailable',
    });
    proxy.set(honest);
    expect(await mint.observe(request, [])).toMatchObject({
      kind: 'minted',
      transactionSignature: attempt.signature,
    });
  });
});
