import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chain } from '../ports/chain.ts';
import { createSolanaChain } from './chain.ts';
import { rpcCallOf } from './fixtures/rpc-call.ts';
import { openSolanaEnvironment, type SolanaEnvironment, signWith, until } from './fixtures.ts';
import { HISTORY_PAGES_PER_LOOK } from './rpc/history.ts';
import { createRpc } from './rpc.ts';

interface Entry {
  signature: string;
  slot: number;
  err: unknown;
  memo: string | null;
}
type Params = [string | string[], { before?: string; limit?: number }?];

/** 64 bytes that are quick to write: most of them are 0. */
function spamSignature(index: number): string {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setUint32(60, index + 1);
  return encodeBase58(bytes);
}

describe('addresses that strangers write to', () => {
  let solana: SolanaEnvironment;
  beforeAll(async () => {
    solana = await openSolanaEnvironment('lite');
  });
  afterAll(() => solana.stop());

  /**
   * The chain, where so many newer transactions name every address. Making them for real takes
   * minutes; a node would list, show and count them like this.
   */
  async function spammed(
    count: number,
    standIn: string,
  ): Promise<{ chain: Chain; calls: () => number }> {
    const spam: Entry[] = Array.from({ length: count }, (_, index) => ({
      signature: spamSignature(index),
      slot: 10 ** 9,
      err: null,
      memo: null,
    }));
    const isSpam = new Set(spam.map(({ signature }) => signature));
    let calls = 0;
    const answer: typeof fetch = async (input, init) => {
      const { url, ...body } = rpcCallOf<Params>(input, init);
      calls += 1;
      const result = (value: unknown) =>
        Response.json({ jsonrpc: '2.0', id: body.id, result: value });
      const [subject, options] = body.params;
      const chainOf = async (params: unknown): Promise<{ result: unknown }> => {
        const response = await fetch(url, { ...init, body: JSON.stringify({ ...body, params }) });
        return (await response.json()) as { result: unknown };
      };
      if (body.method === 'getSignaturesForAddress') {
        const { before: _, ...rest } = options ?? {};
        const real = (await chainOf([subject, rest])).result as Entry[];
        const all = [...spam, ...real];
        const from = all.findIndex(({ signature }) => signature === options?.before) + 1;
        return result(all.slice(from, from + (options?.limit ?? 1_000)));
      }
      if (body.method === 'getTransaction' && isSpam.has(String(subject))) {
        // Names the address and does nothing: any other transaction will do.
        return result((await chainOf([standIn, options])).result);
      }
      if (body.method === 'getSignatureStatuses' && Array.isArray(subject)) {
        const { result: statuses } = (await chainOf(body.params)) as {
          result: { value: unknown[] };
        };
        const value = statuses.value.map((status, index) =>
          isSpam.has(subject[index] ?? '')
            ? { slot: 10 ** 9, err: null, confirmations: null, confirmationStatus: 'finalized' }
            : status,
        );
        return result({ ...statuses, value });
      }
      return fetch(input, init);
    };
    const rpc = await createRpc({
      endpoints: [solana.local.rpcUrl],
      fetch: answer,
      onWarning: () => {},
    });
    return {
      chain: createSolanaChain({ rpc, authority: solana.authority }),
      calls: () => {
        const before = calls;
        calls = 0;
        return before;
      },
    };
  }

  const few = 20;
  const many = 20_000;

  it('A2: 20,000 of them cost what 20 cost, and delay neither a burn nor a mint', async () => {
    const burned = await solana.begin();
    const bytes = Buffer.from(signWith(burned.attempt.transaction, burned.owner), 'base64');
    const held = await solana.begin();
    const order = solana.order();
    const minted = await solana.chain.mint.prepare(order, 1);
    const signature = await solana.sendRaw(bytes);
    await solana.finalized(await solana.sendRaw(Buffer.from(minted.transaction, 'base64')));
    await solana.finalized(signature);
    const looks: Record<string, (chain: Chain) => Promise<{ kind: string }>> = {
      burned: ({ burn }) => burn.observe({ attempts: [burned.attempt], signatures: [signature] }),
      untouched: ({ burn }) => burn.observe({ attempts: [held.attempt], signatures: [] }),
      minted: ({ mint }) => mint.observe(order, [minted]),
      absent: ({ mint }) => mint.observe(solana.order(), []),
    };
    const costs: Record<string, number[]> = {};
    for (const count of [0, few, many]) {
      const { chain, calls } = await spammed(count, signature);
      for (const [kind, look] of Object.entries(looks)) {
        const seen = await until(
          async () => {
            calls();
            return { ...(await look(chain)), calls: calls() };
          },
          () => true,
        );
        expect(seen.kind).toBe(kind);
        costs[kind] = [...(costs[kind] ?? []), seen.calls];
      }
    }
    for (const [kind, [none, some, lots]] of Object.entries(costs))
      expect({ kind, some, lots }).toEqual({ kind, some: none, lots: none });
  });

  it('A2: a burn that nobody reported is found behind them, a few calls a look', async () => {
    const { owner, attempt, nft } = await solana.begin();
    const bytes = Buffer.from(signWith(attempt.transaction, owner), 'base64');
    const signature = await solana.sendRaw(bytes);
    await solana.finalized(signature);
    const { chain, calls } = await spammed(many, signature);
    // Two pages, twenty transactions of three calls at most, and what a look asks anyway.
    const most = 72;
    const pages = Math.ceil((many + 1) / 1_000);
    let looks = 0;
    for (let kind = ''; kind !== 'burned'; looks += 1) {
      calls();
      ({ kind } = await chain.burn.observe({ attempts: [attempt], signatures: [] }));
      expect(calls()).toBeLessThanOrEqual(most);
      // What is not found yet is not called moved, refused or safe.
      expect(['pending', 'gone', 'burned']).toContain(kind);
      expect(looks).toBeLessThanOrEqual(pages / HISTORY_PAGES_PER_LOOK);
    }
    const forgotten = await spammed(many, signature);
    forgotten.calls();
    const find = () => forgotten.chain.burn.find?.({ mint: nft.mint, owner: nft.owner });
    for (let found = false; !found; looks += 1) {
      // While there is more to read it is an error, and never "none".
      found = await Promise.resolve(find()).then(
        (burn) => burn?.signature !== undefined,
        (thrown: { code?: string }) => {
          expect(thrown.code).toBe('rpc_unavailable');
          return false;
        },
      );
      expect(forgotten.calls()).toBeLessThanOrEqual(most);
      expect(looks).toBeLessThanOrEqual(2 * pages);
    }
  });
});
