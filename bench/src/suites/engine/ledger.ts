// One chain in memory for nodes in several processes: the process that holds it answers the others
// on 127.0.0.1.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { isErrorCode, NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { Chain } from '@aiw3/nft-upgrade-server-kit';
import { memoryChain } from '@aiw3/nft-upgrade-server-kit/testing';

/** The NFT that a wallet holds follows from its address, so that every process knows it. */
export const mintOf = (wallet: string): string =>
  encodeBase58(createHash('sha256').update(wallet).digest());

const burn = ['locate', 'prepare', 'accept', 'broadcast', 'observe', 'find'] as const;
const mint = ['address', 'preflight', 'prepare', 'send', 'observe'] as const;

export interface Ledger {
  readonly chain: Chain;
  give(mint: string, owner: string): void;
  /** Opens it to other processes and resolves with the address. */
  serve(): Promise<{ url: string; close(): void }>;
}

export function createLedger(): Ledger {
  const { chain, give } = memoryChain();
  const methods = new Map<string, (...args: never[]) => Promise<unknown>>([
    ['identity', () => chain.identity()],
  ]);
  for (const [part, names] of [
    ['burn', burn],
    ['mint', mint],
  ] as const) {
    for (const name of names)
      methods.set(`${part}.${name}`, Reflect.get(chain[part], name).bind(chain[part]));
  }
  return {
    chain,
    give,
    serve: () =>
      new Promise((resolve) => {
        const answer = async (request: IncomingMessage): Promise<string> => {
          const { method, args } = JSON.parse(await text(request)) as {
            method: string;
            args: never[];
          };
          try {
            return JSON.stringify({ result: await methods.get(method)?.(...args) });
          } catch (error) {
            const { code, details } = toNftUpgradeError(error, 'internal');
            return JSON.stringify({ error: { code, details } });
          }
        };
        const server = createServer(
          (request, response) => void answer(request).then((body) => response.end(body)),
        );
        server.listen(0, '127.0.0.1', () =>
          resolve({
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            close: () => void server.close(),
          }),
        );
      }),
  };
}

/** The chain of another process. */
export async function ledgerAt(url: string): Promise<Chain> {
  const call =
    (method: string) =>
    async (...args: unknown[]) => {
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ method, args }) });
      const { result, error } = (await answer.json()) as {
        result?: unknown;
        error?: { code: string; details: Record<string, unknown> };
      };
      if (error)
        throw new NftUpgradeError(isErrorCode(error.code) ? error.code : 'internal', {
          details: error.details,
        });
      return result;
    };
  const all = (part: string, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, call(`${part}.${name}`)]));
  // It has the same methods as the chain it stands for.
  return {
    identity: call('identity'),
    burn: all('burn', burn),
    mint: { key: 'memory-1', ...all('mint', mint) },
  } as unknown as Chain;
}
