import { createSolanaChain } from '../../../packages/server-kit/src/solana/chain.ts';
import { rpcCallOf } from '../../../packages/server-kit/src/solana/fixtures/rpc-call.ts';
import { openSolanaEnvironment } from '../../../packages/server-kit/src/solana/fixtures.ts';
import type { RpcMethod } from '../../../packages/server-kit/src/solana/rpc/methods.ts';
import { createRpc } from '../../../packages/server-kit/src/solana/rpc.ts';
import { startChain } from '../../../packages/server-kit/src/testing/chain/index.ts';
import { type Asked, type LieName, lies } from './lies.ts';

/** How far back an old answer is from: before the burns and mints of `questions.ts`. */
export const LAG = 60;

/** One method is lied about, by nodes of these names, from when it is armed on. */
interface Fault {
  method: RpcMethod;
  lie: LieName;
  liars: readonly string[];
  struck: () => void;
}

interface Body {
  id: unknown;
  method: RpcMethod;
  params: readonly unknown[];
}

/**
 * A chain that stands still, so that each question has one true answer. It is asked over its socket
 * once; the nodes of the table answer from what was recorded.
 */
export async function openNodes() {
  const solana = await openSolanaEnvironment('lite');
  const foreign = await startChain({ runtime: 'lite' });
  const { controls } = solana;
  const recorded = new Map<string, Promise<Asked>>();
  let fault: Fault | undefined;
  let asked: RpcMethod[] = [];

  const raw = async (url: string, { method, params }: Body): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      // One that is kept open may be closed by the server just when it is used.
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return ((await response.json()) as { result?: unknown }).result ?? null;
  };
  const record = async (body: Body): Promise<Asked> => {
    const { rpcUrl } = solana.local;
    const result = await raw(rpcUrl, body);
    controls.lag(LAG);
    const old = await raw(rpcUrl, body);
    controls.lag(0);
    return {
      method: body.method,
      result,
      old,
      foreign: await raw(foreign.rpcUrl, body),
      other: undefined,
    };
  };
  let queue: Promise<unknown> = Promise.resolve();
  /** One after the other: `lag` is of the whole chain. */
  const truth = (body: Body): Promise<Asked> => {
    const key = JSON.stringify([body.method, body.params]);
    const known = recorded.get(key) ?? queue.then(() => record(body));
    queue = known;
    recorded.set(key, known);
    return known;
  };
  /** What was recorded for another question to the same method, and is not the same. */
  const otherThan = async ({ method, result }: Asked): Promise<unknown> => {
    for (const found of recorded.values()) {
      const { method: of, result: answer } = await found;
      if (of === method && JSON.stringify(answer) !== JSON.stringify(result)) return answer;
    }
    return null;
  };

  const answer: typeof fetch = async (input, init) => {
    const { url, ...call } = rpcCallOf(input, init);
    const body = { ...call, method: call.method as RpcMethod };
    asked.push(body.method);
    const found = await truth(body);
    const host = url.replace(/^http:\/\/|\/$/g, '');
    const isLie = fault?.method === body.method && fault.liars.includes(host);
    if (isLie) fault?.struck();
    const wire =
      fault && isLie
        ? lies[fault.lie]({
            ...found,
            other: fault.lie === 'another_answer' && (await otherThan(found)),
          })
        : { result: found.result };
    // What comes of a request that is given up; how long it waits is tested on a real socket.
    if (wire === 'hang') throw new DOMException('no answer in time', 'TimeoutError');
    if (wire === 'html') return new Response('<html>sign in</html>');
    return Response.json(
      'code' in wire
        ? { jsonrpc: '2.0', id: body.id, error: { code: wire.code, message: 'no' } }
        : { jsonrpc: '2.0', id: body.id, result: wire.result },
    );
  };
  const chainOf = async (hosts: readonly string[]) => {
    const rpc = await createRpc({
      endpoints: hosts.map((host) => `http://${host}`),
      cooldownMs: 0,
      fetch: answer,
      onWarning: () => {},
    });
    // A memory of its own each time: what an earlier cell has read is not remembered.
    return () => createSolanaChain({ rpc, authority: solana.authority });
  };

  return {
    solana,
    chainOf,
    arm: (next: Fault | undefined): void => {
      fault = next;
    },
    /** What is asked for while work runs. */
    async methodsOf(work: () => Promise<unknown>): Promise<ReadonlySet<RpcMethod>> {
      asked = [];
      await work();
      return new Set(asked);
    },
    async stop(): Promise<void> {
      await foreign.stop();
      await solana.stop();
    },
  };
}

export type Nodes = Awaited<ReturnType<typeof openNodes>>;
