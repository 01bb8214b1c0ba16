import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSolanaChain } from './chain.ts';
import { rpcCallOf } from './fixtures/rpc-call.ts';
import { asVersion1 } from './fixtures/version-1.ts';
import { openSolanaEnvironment, type SolanaEnvironment, signWith, until } from './fixtures.ts';
import { createRpc } from './rpc.ts';

type Params = [string, { maxSupportedTransactionVersion?: number }?];
const refused = ({ id }: { id: unknown }): Response =>
  Response.json({
    jsonrpc: '2.0',
    id,
    error: { code: -32_015, message: 'Transaction version (1) is not supported' },
  });

describe('transactions of version 1', () => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    // The other runtime does not execute them.
    solana = await openSolanaEnvironment('surfpool');
  });
  afterAll(() => solana.stop());

  it.each(['spl-token', 'token-2022'])(
    'A6: a burn of %s counts, read from its bytes',
    async (standard) => {
      const { owner, attempt } = await solana.begin(standard);
      const { transaction, signature } = asVersion1(attempt.transaction, owner);
      // As validators answer: only who names the version is shown it.
      const strict: typeof fetch = async (input, init) => {
        const body = rpcCallOf<Params>(input, init);
        const [asked, options] = body.params;
        return body.method === 'getTransaction' &&
          asked === signature &&
          (options?.maxSupportedTransactionVersion ?? -1) < 1
          ? refused(body)
          : fetch(input, init);
      };
      const { burn } = createSolanaChain({
        rpc: await createRpc({
          endpoints: [solana.local.rpcUrl],
          fetch: strict,
          onWarning: () => {},
        }),
        authority: solana.authority,
      });
      const signed = await burn.accept(transaction, [attempt]);
      expect(signed.signature).toBe(signature);
      await burn.broadcast(signed);
      for (const signatures of [[signature], []])
        expect(
          await until(
            () => burn.observe({ attempts: [attempt], signatures }),
            ({ kind }) => kind === 'burned',
          ),
        ).toMatchObject({ signature });
    },
  );
});

describe('transactions that a node does not show', () => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment('lite');
  });
  afterAll(() => solana.stop());

  it('A6: are never "no burn": the observation stays open until somebody shows them', async () => {
    let blind = false;
    const rpc = await createRpc({
      endpoints: [solana.local.rpcUrl],
      onWarning: () => {},
      fetch: async (input, init) => {
        const body = rpcCallOf<Params>(input, init);
        return blind && body.method === 'getTransaction' ? refused(body) : fetch(input, init);
      },
    });
    const { burn } = createSolanaChain({ rpc, authority: solana.authority });
    const { owner, attempt } = await solana.begin();
    const signature = await solana.sendRaw(
      Buffer.from(signWith(attempt.transaction, owner), 'base64'),
    );
    await solana.finalized(signature);
    const look = (signatures: readonly string[]) =>
      until(
        () => burn.observe({ attempts: [attempt], signatures }),
        ({ kind }) => kind !== 'untouched',
      );
    blind = true;
    for (const signatures of [[signature], []])
      expect(await look(signatures)).toEqual({
        kind: 'pending',
        signature,
        commitment: 'confirmed',
        unproven: expect.stringContaining('version'),
      });
    blind = false;
    expect(await look([])).toMatchObject({ kind: 'burned', signature });
  });
});
