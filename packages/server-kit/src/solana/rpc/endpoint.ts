import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { Connection } from '@solana/web3.js';
import { within } from '../../within.ts';
import { rpcFailure } from './failure.ts';

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
}

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

export function createEndpoint(target: string | Connection, options: EndpointOptions): Endpoint {
  const connection = typeof target === 'string' ? connect(target, options) : target;
  const host = hostOf(connection.rpcEndpoint);
  let checked = false;

  const limited = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    try {
      return await within(options.timeoutMs, work(connection), () => timedOut(options.timeoutMs));
    } catch (thrown) {
      throw isNftUpgradeError(thrown) ? thrown : rpcFailure(host, thrown);
    }
  };

  /** A node of another cluster knows nothing of our NFTs, and would prove every burn dead. */
  const checkCluster = async (): Promise<void> => {
    const actual = await limited((node) => node.getGenesisHash());
    options.cluster.genesisHash ??= actual;
    if (actual !== options.cluster.genesisHash)
      throw new NftUpgradeError('wrong_cluster', {
        details: { host, expected: options.cluster.genesisHash, actual },
      });
    checked = true;
  };

  return {
    host,
    async call(work) {
      if (!checked) await checkCluster();
      return limited(work);
    },
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
