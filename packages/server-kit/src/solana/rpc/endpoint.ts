import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { Connection } from '@solana/web3.js';
import * as z from 'zod/mini';
import { within } from '../../within.ts';
import { rpcFailure, rpcRefusal } from './failure.ts';
import { rpcAnswers } from './methods.ts';

/** One RPC node. */
export interface Endpoint {
  /** Host and port, for messages. The rest of the URL may hold a key and is never shown. */
  readonly host: string;
  /**
   * Calls the node, within the timeout and only after it has proved to serve the expected cluster.
   * @throws NftUpgradeError `rpc_unavailable`, `wrong_cluster`; errors of ours thrown inside pass
   *   through
   */
  call<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * One call of JSON-RPC, under the same conditions. What the kit itself asks goes this way: its
   * own readers know more than those of web3.js, and malformed answers are told apart.
   */
  request(method: string, parameters: readonly unknown[]): Promise<RpcReply>;
}

/** An answer of JSON-RPC as the node gives it. */
export type RpcReply = { result: unknown } | { error: { code: number; message: string } };

export interface EndpointOptions {
  /** Longest wait for one answer, in milliseconds. */
  timeoutMs: number;
  fetch?: typeof globalThis.fetch;
  /**
   * The cluster that has to answer; the first answer decides where it is undefined. Shared by all
   * endpoints.
   */
  cluster: { genesisHash: string | undefined };
}

/**
 * A URL may serve another machine tomorrow, and with it another cluster: it is asked again after
 * this time.
 */
const clusterCheckMs = 60_000;

const reply = z.object({
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ code: z.number(), message: z.string() })),
});

export function createEndpoint(target: string | Connection, options: EndpointOptions): Endpoint {
  const connection = typeof target === 'string' ? connect(target, options) : target;
  const host = hostOf(connection.rpcEndpoint);
  let checkedAt = Number.NEGATIVE_INFINITY;

  const limited = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    try {
      return await within(options.timeoutMs, work(connection), () => timedOut(options.timeoutMs));
    } catch (thrown) {
      throw isNftUpgradeError(thrown) ? thrown : rpcFailure(host, thrown);
    }
  };

  const request = async (
    node: Connection,
    method: string,
    parameters: readonly unknown[],
  ): Promise<RpcReply> => {
    // Not in the types of web3.js, and in each of its versions 1.
    const send: unknown = Reflect.get(node, '_rpcRequest');
    if (typeof send !== 'function')
      throw new NftUpgradeError('invalid_option', {
        message: 'createRpc: an endpoint is not a Connection of @solana/web3.js 1.x.',
      });
    const answer: unknown = await Reflect.apply(send, node, [method, parameters]);
    const { data } = reply.safeParse(answer);
    if (data?.error) return { error: data.error };
    if (data && 'result' in data) return { result: data.result };
    throw Object.assign(new Error(method), { name: `malformed ${method}` });
  };

  /** A node of another cluster knows nothing of our NFTs, and would prove every burn dead. */
  const checkCluster = async (): Promise<void> => {
    const answer = await limited((node) => request(node, 'getGenesisHash', []));
    if ('error' in answer) throw rpcRefusal(host, 'getGenesisHash', answer.error);
    const named = rpcAnswers.getGenesisHash.safeParse(answer.result);
    if (!named.success) throw rpcFailure(host, 'malformed getGenesisHash');
    const actual = named.data;
    options.cluster.genesisHash ??= actual;
    if (actual !== options.cluster.genesisHash)
      throw new NftUpgradeError('wrong_cluster', {
        details: { host, expected: options.cluster.genesisHash, actual },
      });
    checkedAt = performance.now();
  };

  const known = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    if (performance.now() - checkedAt > clusterCheckMs) await checkCluster();
    return limited(work);
  };
  return {
    host,
    call: known,
    request: (method, parameters) => known((node) => request(node, method, parameters)),
  };
}

function connect(
  url: string,
  { timeoutMs, fetch = globalThis.fetch }: EndpointOptions,
): Connection {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
    throw new NftUpgradeError('invalid_option', {
      message: 'createRpc: an endpoint is not an http(s) URL.',
    });
  const { username, password } = parsed;
  const credentials = btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  parsed.username = '';
  parsed.password = '';
  return new Connection(parsed.href, {
    // fetch refuses `https://user:password@host`, so the credentials travel in the header that they
    // mean.
    ...(username && {
      httpHeaders: { authorization: `Basic ${credentials}` },
    }),
    // web3.js would otherwise retry a 429 five times on its own, without a limit in time; the next
    // endpoint is the better answer.
    disableRetryOnRateLimit: true,
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  });
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'unknown host');

const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error('no answer'), { name: `no answer in ${timeoutMs} ms` });
