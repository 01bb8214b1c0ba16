import type { RpcMethod } from '../../solana/rpc/methods.ts';

/** What a node of the attacker answers. */
export interface Question {
  readonly method: RpcMethod;
  readonly params: readonly unknown[];
  /** What an honest node answers. */
  honest(): Promise<unknown>;
}
/** Resolves to the result, or to a whole response. */
export type Lie = (question: Question) => Promise<unknown>;

interface RpcCall {
  readonly id: unknown;
  readonly method: RpcMethod;
  readonly params: readonly unknown[];
}

/** A lie about the answers of some methods; the others are honest. */
export const about =
  (
    methods: readonly RpcMethod[],
    change: (result: never, params: readonly unknown[]) => unknown,
  ): Lie =>
  async ({ method, params, honest }) => {
    const result = await honest();
    return methods.includes(method) ? change(result as never, params) : result;
  };

/**
 * Nodes of one chain, each at a path of its own: honest where the lie is null. Counts what is
 * asked of them.
 */
export function nodesOf(rpcUrl: string, lies: readonly (Lie | null)[]) {
  let calls = 0;
  let lying = true;
  const urls = lies.map((_, index) => `${rpcUrl}/node${index}`);
  const ask = async (call: RpcCall): Promise<{ result?: unknown; error?: unknown }> => {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    });
    return (await response.json()) as { result?: unknown; error?: unknown };
  };
  const answer = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const call = (await request.json()) as RpcCall;
    const lie = lies[urls.findIndex((url) => request.url.startsWith(url))];
    calls += 1;
    if (!lie || !lying) return Response.json(await ask(call));
    let refused: unknown;
    try {
      const result = await lie({
        method: call.method,
        params: call.params,
        async honest() {
          const { result, error } = await ask(call);
          if (error === undefined) return result;
          refused = error;
          throw new RangeError('refused');
        },
      });
      if (result instanceof Response) return result;
      return Response.json({ jsonrpc: '2.0', id: call.id, result });
    } catch (thrown) {
      if (refused === undefined) throw thrown;
      return Response.json({ jsonrpc: '2.0', id: call.id, error: refused });
    }
  };
  return {
    urls,
    fetch: answer as typeof fetch,
    calls: () => calls,
    /** Ends the lies, or begins them again. */
    lie(on: boolean) {
      lying = on;
    },
  };
}
