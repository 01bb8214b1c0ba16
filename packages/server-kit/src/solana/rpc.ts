import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Connection } from '@solana/web3.js';
import type { ChainPoint } from '../ports/chain.ts';
import { ask } from './rpc/ask.ts';
import { createEndpoint, type Endpoint } from './rpc/endpoint.ts';
import { rpcFailure } from './rpc/failure.ts';
import { answerOf, majorityAnswer, type NodeAnswer, opened } from './rpc/majority.ts';
import { agreedBlockhashes, agreedPoint, majorityOf, type RecentBlockhash } from './rpc/point.ts';
import { checkNodes, lackOf } from './rpc/probe.ts';
import { finalizedPoint, recentBlockhash } from './rpc/reads.ts';

type Level = 'processed' | 'confirmed' | 'finalized';

/** A node, and what it is good for. */
export interface RpcEndpoint {
  /** URL, or a connection made elsewhere. */
  url: string | Connection;
  /**
   * `reads`: asked for what decides nothing, such as fees, and given transactions to send. For
   * nodes that lack what a decision needs. Default `decisions`.
   */
  use?: 'decisions' | 'reads';
}

/** Endpoints, and how patient the kit is with them. */
export interface RpcOptions {
  /**
   * URLs of RPC nodes, or connections made elsewhere. Decisions need a majority of them: with
   * three, one that lies, lags or is down changes nothing; with two, neither is believed alone;
   * with one, its lies are believed, which is warned of. Each is tried for what is needed after a
   * burn.
   */
  endpoints: readonly (string | Connection | RpcEndpoint)[];
  /**
   * Commitment of blockhashes, simulations and reads that decide nothing for good. Default
   * `confirmed`. Whether a burn counts, a mint exists or an attempt is dead is always decided at
   * `finalized`.
   */
  commitment?: 'processed' | 'confirmed' | 'finalized';
  /**
   * Longest wait for one answer, in milliseconds. Default 5 000: a blockhash lives half a minute,
   * and a decision takes several answers.
   */
  timeoutMs?: number;
  /** How long a node that failed is asked last, in milliseconds. Default 5 000. */
  cooldownMs?: number;
  /** Genesis hash that every endpoint has to have. Default: that of the first to answer. */
  genesisHash?: string;
  /** Replaces `fetch` for endpoints given as URLs. */
  fetch?: typeof globalThis.fetch;
  /** Is told what is allowed, and a risk. Default `process.emitWarning`. */
  onWarning?: (message: string) => void;
}

/** Several RPC nodes that are used as one. */
export interface Rpc {
  /** Names the cluster. */
  readonly genesisHash: string;
  readonly commitment: Level;
  /**
   * Runs work that reads on one node, and on the next one if that fails. For what decides nothing:
   * the node is believed. @throws NftUpgradeError `rpc_unavailable` once every node has failed
   */
  use<T>(work: (endpoint: Endpoint) => Promise<T>): Promise<T>;
  /**
   * Runs work on one node; where `decisive` says that something follows from its answer, on the
   * others as well, and the majority of all nodes is believed. All reads of one answer go to one
   * node, because two nodes are rarely at the same slot. An error that is a verdict, such as
   * `nft_not_owned`, is an answer and always decisive.
   * @param essence what is compared, default the whole answer
   * @throws NftUpgradeError `rpc_unavailable`, retryable, while no answer has a majority
   */
  agree<T>(
    work: (endpoint: Endpoint) => Promise<T>,
    decisive: (answer: T) => boolean,
    essence?: (answer: T) => unknown,
  ): Promise<T>;
  /**
   * The point of the finalized chain that a majority confirms. @throws NftUpgradeError
   * `rpc_unavailable`
   */
  point(): Promise<ChainPoint>;
  /**
   * A recent blockhash that a majority knows, with the end of its life and the agreed point it was
   * read at. @throws NftUpgradeError `rpc_unavailable`
   */
  blockhash(commitment?: Level): Promise<RecentBlockhash & { point: ChainPoint }>;
  /**
   * Runs work on every node at once; one success is enough. @throws NftUpgradeError of the first
   * failure when all fail
   */
  everywhere(work: (endpoint: Endpoint) => Promise<void>): Promise<void>;
}

/**
 * Connects to RPC nodes. One that is down at the start is checked before its first use.
 * @throws NftUpgradeError `rpc_unavailable` when none answers, `wrong_cluster` when they serve
 *   different clusters, `missing_capability` for one that lacks what is needed after a burn,
 *   `invalid_option`
 */
export async function createRpc(options: RpcOptions): Promise<Rpc> {
  const { timeoutMs = 5_000, cooldownMs = 5_000, commitment = 'confirmed', fetch } = options;
  const invalid = (message: string) =>
    new NftUpgradeError('invalid_option', { message: `createRpc: ${message}` });
  if (options.endpoints.length === 0) throw invalid('endpoints is empty.');
  if (!(timeoutMs > 0)) throw invalid('timeoutMs must be above 0.');
  const cluster = { genesisHash: options.genesisHash };
  const nodes = options.endpoints.map((target) => {
    const { url, use = 'decisions' } = isNode(target) ? target : { url: target };
    return { use, endpoint: createEndpoint(url, { timeoutMs, cluster, ...(fetch && { fetch }) }) };
  });
  const all = nodes.map(({ endpoint }) => endpoint);
  const voters = nodes.flatMap(({ use, endpoint }) => (use === 'decisions' ? endpoint : []));
  if (voters.length === 0) throw invalid("every endpoint has use: 'reads', so nothing can decide.");

  const unproved = new Set(await checkNodes(all, voters));
  const { genesisHash } = cluster;
  // Somebody answered, or the start has failed.
  if (genesisHash === undefined) throw invalid('no endpoint names its cluster.');
  if (voters.length === 1)
    (options.onWarning ?? process.emitWarning)(
      'createRpc: one RPC node decides alone, so its lies and mistakes are believed. Give three: ' +
        'one of them may then lie, lag or be down.',
    );

  const failedAt = new Map<Endpoint, number>();
  const isCold = (endpoint: Endpoint): boolean =>
    performance.now() - (failedAt.get(endpoint) ?? Number.NEGATIVE_INFINITY) < cooldownMs;
  /**
   * From a random one on, so that a node that answers but lags behind for ever cannot hold an
   * operation up; those that failed just now come last.
   */
  const inOrder = (endpoints: readonly Endpoint[]): Endpoint[] => {
    const turn = Math.floor(Math.random() * endpoints.length);
    return [...endpoints.slice(turn), ...endpoints.slice(0, turn)].sort(
      (a, b) => Number(isCold(a)) - Number(isCold(b)),
    );
  };
  /** Runs work on a node, and remembers when it failed. */
  const on = async <T>(endpoint: Endpoint, work: (endpoint: Endpoint) => Promise<T>) => {
    try {
      // It was down at the start, so it was not tried then.
      const lack = unproved.has(endpoint) ? await lackOf(endpoint) : null;
      if (lack) throw rpcFailure(endpoint.host, lack);
      const answer = await answerOf(work(endpoint));
      unproved.delete(endpoint);
      return answer;
    } catch (thrown) {
      failedAt.set(endpoint, performance.now());
      throw thrown;
    }
  };
  const first = async <T>(
    endpoints: readonly Endpoint[],
    work: (endpoint: Endpoint) => Promise<T>,
  ): Promise<{ answer: NodeAnswer<T>; rest: Endpoint[] }> => {
    const left = inOrder(endpoints);
    for (;;) {
      const endpoint = left.shift();
      if (!endpoint) throw invalid('unreachable: there is an endpoint.');
      try {
        return { answer: await on(endpoint, work), rest: left };
      } catch (thrown) {
        if (!isNftUpgradeError(thrown) || left.length === 0) throw thrown;
      }
    }
  };
  /** What the voters say at the same time. Those that just failed are left out where others do. */
  const poll = async <T>(work: (endpoint: Endpoint) => Promise<T>): Promise<T[]> => {
    const warm = voters.filter((endpoint) => !isCold(endpoint));
    const asked = warm.length < majorityOf(voters.length) ? voters : warm;
    const answers = await Promise.allSettled(asked.map((endpoint) => on(endpoint, work)));
    const values = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && 'value' in answer.value ? [answer.value.value] : [],
    );
    const [failed] = answers.filter((answer) => answer.status === 'rejected');
    if (values.length === 0 && failed) throw failed.reason;
    return values;
  };
  const divided = () =>
    new NftUpgradeError('rpc_unavailable', {
      message: 'The RPC nodes do not agree on how far the chain is.',
      details: { endpoints: voters.length },
    });

  /** A blockhash that one node made up would cost the user a prompt. */
  const isKnown = async (blockhash: string): Promise<boolean> => {
    const known = await poll(async (endpoint) => {
      const { value } = await ask(endpoint, 'isBlockhashValid', [
        blockhash,
        { commitment: 'processed' },
      ]);
      return value;
    });
    return known.filter(Boolean).length >= majorityOf(voters.length);
  };

  const rpc: Rpc = {
    genesisHash,
    commitment,
    use: async (work) => opened((await first(all, work)).answer),

    async agree(work, decisive, essence = (whole) => whole) {
      const { answer, rest } = await first(voters, work);
      if (voters.length === 1 || ('value' in answer && !decisive(answer.value)))
        return opened(answer);
      const others = rest.map((endpoint) => on(endpoint, work));
      return opened(
        await majorityAnswer([Promise.resolve(answer), ...others], voters.length, essence),
      );
    },

    async point() {
      const point = agreedPoint(await poll(finalizedPoint), voters.length);
      if (!point) throw divided();
      return point;
    },

    async blockhash(level = commitment) {
      const point = await rpc.point();
      const answers = await poll((endpoint) => recentBlockhash(endpoint, level));
      for (const found of agreedBlockhashes(answers, point, voters.length))
        if (voters.length === 1 || (await isKnown(found.blockhash))) return { ...found, point };
      throw divided();
    },

    async everywhere(work) {
      const results = await Promise.allSettled(all.map(work));
      if (results.some((result) => result.status === 'fulfilled')) return;
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
  return rpc;
}

const isNode = (target: string | Connection | RpcEndpoint): target is RpcEndpoint =>
  typeof target === 'object' && 'url' in target;
