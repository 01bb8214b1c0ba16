import type { ErrorCode } from '../../errors/index.ts';

/** What a request asks for, in the words of the routes. */
export type MockRoute =
  | 'start'
  | 'active'
  | 'snapshot'
  | 'stream'
  | 'page'
  | 'confirm-burn'
  | 'burn-transaction'
  | 'cancel'
  | 'retry';

/** What goes wrong. */
export type FaultEffect =
  /** The request is taken, then the connection breaks before any header. */
  | { readonly kind: 'lost' }
  /** No answer at all. */
  | { readonly kind: 'hang' }
  /** A problem in place of the answer. */
  | { readonly kind: 'problem'; readonly code: ErrorCode; readonly retryAfterS?: number }
  /** The stream breaks off after so many bytes. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Every event comes twice. */
  | { readonly kind: 'duplicate' }
  /** The event with this number is left out. */
  | { readonly kind: 'gap'; readonly seq: number }
  /** This event and the one after it change places. */
  | { readonly kind: 'reorder'; readonly seq: number }
  /** Nothing arrives before the stream ends: something on the way collects it. */
  | { readonly kind: 'buffered' };

/** A fault, and where it strikes. */
export interface Fault {
  readonly on: readonly MockRoute[];
  /** Which of these requests it strikes, counted from 1. Left out: all of them. */
  readonly nth?: readonly number[];
  readonly effect: FaultEffect;
}

const streams = ['start', 'stream'] as const;
const once = [1] as const;

/** Faults by name. Each takes where it strikes; by default the first stream. */
export const faults = {
  /** Taken, then broken off before any header: the client cannot know. */
  lost: (on: MockRoute, nth: readonly number[] = once): Fault => ({
    on: [on],
    nth,
    effect: { kind: 'lost' },
  }),
  /** No answer at all. */
  hang: (on: MockRoute, nth: readonly number[] = once): Fault => ({
    on: [on],
    nth,
    effect: { kind: 'hang' },
  }),
  /** A refusal in place of the answer. */
  problem: (
    on: MockRoute,
    code: ErrorCode,
    options: { nth?: readonly number[]; retryAfterS?: number } = {},
  ): Fault => ({
    on: [on],
    ...(options.nth && { nth: options.nth }),
    effect: {
      kind: 'problem',
      code,
      ...(options.retryAfterS !== undefined && { retryAfterS: options.retryAfterS }),
    },
  }),
  /** The stream breaks off after so many bytes. */
  truncated: (bytes: number, nth: readonly number[] = once): Fault => ({
    on: streams,
    nth,
    effect: { kind: 'truncate', bytes },
  }),
  /** Every event comes twice. */
  duplicate: (): Fault => ({ on: streams, effect: { kind: 'duplicate' } }),
  /** The event with this number is left out. */
  gap: (seq: number, nth: readonly number[] = once): Fault => ({
    on: streams,
    nth,
    effect: { kind: 'gap', seq },
  }),
  /** This event and the one after it change places. */
  reorder: (seq: number, nth: readonly number[] = once): Fault => ({
    on: streams,
    nth,
    effect: { kind: 'reorder', seq },
  }),
  /** Nothing arrives before the stream ends. */
  buffered: (): Fault => ({ on: streams, effect: { kind: 'buffered' } }),
} as const;

/**
 * Counts requests, and says what strikes the one that comes now. A fault of a scenario strikes
 * requests of its process only.
 */
export function createFaultCounter(
  all: readonly { readonly fault: Fault; readonly process: string | null }[],
) {
  const counts = all.map(() => 0);
  return (route: MockRoute, process: string): readonly FaultEffect[] =>
    all.flatMap(({ fault, process: only }, index) => {
      if (!fault.on.includes(route) || (only !== null && only !== process)) return [];
      const count = (counts[index] ?? 0) + 1;
      counts[index] = count;
      return fault.nth === undefined || fault.nth.includes(count) ? [fault.effect] : [];
    });
}
