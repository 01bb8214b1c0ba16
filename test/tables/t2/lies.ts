import type { RpcMethod } from '../../../packages/server-kit/src/solana/rpc/methods.ts';

/** One call of JSON-RPC, and the true answer to it. */
export interface Asked {
  method: RpcMethod;
  result: unknown;
  /** What the same node said a hundred blocks ago. */
  old: unknown;
  /** What another cluster says. */
  foreign: unknown;
  /** What the node says about something else, where there is such a question. */
  other: unknown;
}

/** An answer as it goes over the wire. */
export type Wire = { result: unknown } | { code: number } | 'html' | 'hang';

type Lie = (asked: Asked) => Wire;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Changes what an answer is about, and leaves the slot that it is from. */
const inside = (result: unknown, change: (value: unknown) => unknown): Wire => ({
  result:
    isObject(result) && 'context' in result && 'value' in result
      ? { ...result, value: change(result.value) }
      : change(result),
});
const nothing = (value: unknown): unknown => (Array.isArray(value) ? value.map(() => null) : null);
const hollow = (value: unknown): unknown => (Array.isArray(value) ? [] : {});
/** A slot that does not fit betrays the height beside it, so the better lie leaves it. */
const LEFT = 'absoluteSlot';
const numbers = (value: unknown, change: (number: number) => number): unknown => {
  if (typeof value === 'number') return change(value);
  if (Array.isArray(value)) return value.map((item) => numbers(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === LEFT ? item : numbers(item, change)]),
  );
};

/** Far more than a life of a blockhash, and than any balance of these tests. */
const FAR = 10 ** 12;

/** What a node may say instead of the truth, and what it may not be able to say. */
export const lies = {
  error: () => ({ code: -32_603 }),
  null: ({ result }) => inside(result, nothing),
  empty: ({ result }) => inside(result, hollow),
  stale: ({ old }) => ({ result: old }),
  pruned: ({ method, result }) =>
    inside(result, method === 'getSignaturesForAddress' ? () => [] : nothing),
  too_high: ({ result }) => ({ result: numbers(result, (number) => number + FAR) }),
  too_low: ({ result }) => ({ result: numbers(result, (number) => Math.max(0, number - FAR)) }),
  other_cluster: ({ foreign }) => ({ result: foreign }),
  another_answer: ({ other }) => ({ result: other }),
  no_history: () => ({ code: -32_011 }),
  no_version: () => ({ code: -32_015 }),
  html: () => 'html',
  hang: () => 'hang',
} as const satisfies Record<string, Lie>;

export type LieName = keyof typeof lies;

const history: ReadonlySet<RpcMethod> = new Set<RpcMethod>([
  'getSignatureStatuses',
  'getTransaction',
  'getSignaturesForAddress',
]);
const aboutNothing: ReadonlySet<RpcMethod> = new Set<RpcMethod>([
  'getGenesisHash',
  'getEpochInfo',
  'getLatestBlockhash',
]);
const withoutNumbers: ReadonlySet<RpcMethod> = new Set<RpcMethod>([
  'getGenesisHash',
  'sendTransaction',
]);

/** Why a method cannot be lied about in this way. */
export function cannotLie(method: RpcMethod, lie: LieName): string | null {
  if (lie === 'pruned' && !history.has(method)) return 'It needs no history.';
  if (lie === 'another_answer' && aboutNothing.has(method)) return 'It asks about nothing.';
  if ((lie === 'too_high' || lie === 'too_low') && withoutNumbers.has(method))
    return 'It is answered without a number.';
  if ((lie === 'stale' || lie === 'another_answer') && method === 'sendTransaction')
    return 'Its answer is the signature of what was sent.';
  if (lie === 'stale' && method === 'getGenesisHash') return 'It never changes.';
  return null;
}
