import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Connection } from '@solana/web3.js';
import { createEndpoint, type Endpoint } from './rpc/endpoint.ts';
import { anotherNodeMayHelp } from './rpc/failure.ts';

/** Endpoints, and how patient the kit is with them. */
export interface RpcOptions {
  /**
   * URLs of RPC nodes, or connections made elsewhere. With two or more, decisions that cannot be
   * taken back need a majority.
   */
  endpoints: readonly (string | Connection)[];
  /**
   * Commitment of blockhashes, simulations and reads that decide nothing for good. Default
   * `confirmed`. Whether a burn counts, a mint exists or an attempt is dead is always decided at
   * `finalized`.
   */
  commitment?: 'processed' | 'confirmed' | 'finalized';
  /** Longest wait for one answer, in milliseconds. Default 10 000. */
  timeoutMs?: number;
  /** How long a node that failed is asked last, in milliseconds. Default 5 000. */
  cooldownMs?: number;
  /** Genesis hash that every endpoint has to have. Default: that of the first to answer. */
  genesisHash?: string;
  /** Replaces `fetch` for endpoints given as URLs. */
  fetch?: typeof globalThis.fetch;
}

/** Several RPC nodes that are used as one. */
export interface Rpc {
  /** Names the cluster. */
  readonly genesisHash: string;
  readonly commitment: 'processed' | 'confirmed' | 'finalized';
  /**
   * Runs work that reads on one node, and on the next one if that fails. All reads of one decision
   * go to one node, because two nodes are rarely at the same slot. @throws NftUpgradeError
   * `rpc_unavailable` once every node has failed
   */
  use<T>(work: (endpoint: Endpoint) => Promise<T>): Promise<T>;
  /**
   * Like `use`; where `decisive` says that the answer is one that something irreversible follows
   * from, the other nodes are asked as well. A majority has to give the same answer and none
   * another one; `essence` is what is compared, default the whole answer. @throws NftUpgradeError
   * `rpc_unavailable`, retryable, while they disagree
   */
  agree<T>(
    work: (endpoint: Endpoint) => Promise<T>,
    decisive: (answer: T) => boolean,
    essence?: (answer: T) => unknown,
  ): Promise<T>;
  /**
   * Runs work on every node at once; one success is enough. @throws NftUpgradeError of the first
   * failure when all fail
   */
  everywhere(work: (endpoint: Endpoint) => Promise<void>): Promise<void>;
}

/**
 * Connects to RPC nodes. One that is down at the start is checked before its first use.
 * @throws NftUpgradeError `rpc_unavailable` when none answers, `wrong_cluster` when they serve
 *   different clusters, `invalid_option`
 */
export async function createRpc(options: RpcOptions): Promise<Rpc> {
  const { timeoutMs = 10_000, cooldownMs = 5_000, commitment = 'confirmed', fetch } = options;
  if (options.endpoints.length === 0)
    throw new NftUpgradeError('invalid_option', { message: 'createRpc: endpoints is empty.' });
  if (!(timeoutMs > 0))
    throw new NftUpgradeError('invalid_option', {
      message: 'createRpc: timeoutMs must be above 0.',
    });
  const cluster = { genesisHash: options.genesisHash };
  const endpoints = options.endpoints.map((target) =>
    createEndpoint(target, { timeoutMs, cluster, ...(fetch && { fetch }) }),
  );

  const failedAt = new Map<Endpoint, number>();
  /**
   * From a random one on, so that a node that answers but lags behind for ever cannot hold an
   * operation up; those that failed just now come last.
   */
  const inOrder = (): Endpoint[] => {
    const turn = Math.floor(Math.random() * endpoints.length);
    const cold = (endpoint: Endpoint) =>
      Number(Date.now() - (failedAt.get(endpoint) ?? Number.NEGATIVE_INFINITY) < cooldownMs);
    return [...endpoints.slice(turn), ...endpoints.slice(0, turn)].sort(
      (a, b) => cold(a) - cold(b),
    );
  };

  const first = async <T>(
    work: (endpoint: Endpoint) => Promise<T>,
  ): Promise<{ endpoint: Endpoint; answer: T }> => {
    let failure: unknown;
    for (const endpoint of inOrder()) {
      try {
        return { endpoint, answer: await work(endpoint) };
      } catch (thrown) {
        if (!isNftUpgradeError(thrown) || !anotherNodeMayHelp(thrown)) throw thrown;
        failedAt.set(endpoint, Date.now());
        failure = thrown;
      }
    }
    throw failure;
  };

  const started = await Promise.allSettled(
    endpoints.map((endpoint) => endpoint.call(async () => {})),
  );
  const refused = started.map((result) =>
    result.status === 'rejected' ? result.reason : undefined,
  );
  const wrong = refused.find(
    (reason) => isNftUpgradeError(reason) && reason.code === 'wrong_cluster',
  );
  if (wrong !== undefined) throw wrong;
  const { genesisHash } = cluster;
  if (genesisHash === undefined || refused.every((reason) => reason !== undefined))
    throw refused[0];

  return {
    genesisHash,
    commitment,
    use: async (work) => (await first(work)).answer,

    async agree(work, decisive, essence = (whole) => whole) {
      const { endpoint, answer } = await first(work);
      if (endpoints.length === 1 || !decisive(answer)) return answer;
      const others = await Promise.allSettled(
        endpoints.filter((other) => other !== endpoint).map(work),
      );
      const wanted = JSON.stringify(essence(answer));
      const answered = others.flatMap((other) =>
        other.status === 'fulfilled' ? [JSON.stringify(essence(other.value))] : [],
      );
      const agreeing = 1 + answered.filter((other) => other === wanted).length;
      if (agreeing !== answered.length + 1 || agreeing <= endpoints.length / 2)
        throw new NftUpgradeError('rpc_unavailable', {
          message: `Only ${agreeing} of ${endpoints.length} RPC nodes give the same answer.`,
          details: { agreeing, answered: answered.length + 1, endpoints: endpoints.length },
        });
      return answer;
    },

    async everywhere(work) {
      const results = await Promise.allSettled(endpoints.map(work));
      if (results.some((result) => result.status === 'fulfilled')) return;
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}
