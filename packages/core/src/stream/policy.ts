import type { NftUpgradeError } from '../errors/error.ts';
import type { ConnectionReason } from './connection.ts';
import type { Limits, Timing } from './timing.ts';

/** How an attempt ended. No ending is an outcome of the operation. */
export interface Ending {
  readonly kind: /** The stream ended: cut, or rolled by the server. */
    | 'cut'
    /** A page was read: nothing failed. */
    | 'polled'
    /** No answer. */
    | 'network'
    /** Silence, before the headers or later. */
    | 'silent'
    /** Frames are held back on the way. */
    | 'buffered'
    /** No stream to be had here. */
    | 'unstreamable'
    | 'gap'
    | 'protocol'
    /** The server answered with a status of 400 or more. */
    | 'response'
    /** A call of the client itself failed: no such capability, a wrong option. */
    | 'broken'
    /** Somebody wants the next attempt now. */
    | 'interrupted';
  readonly error?: NftUpgradeError;
  /** True when events were folded in. */
  readonly progressed?: boolean;
  /** True when the stream was up for at least one heartbeat: an idle operation makes no progress, yet all is well. */
  readonly stayed?: boolean;
  /** True when not one byte of a stream came. */
  readonly mute?: boolean;
}

/** What the policy remembers between attempts. */
export interface PolicyMemory {
  /** Attempts without progress. */
  readonly failures: number;
  /** Streams in a row that said nothing at all. */
  readonly mutes: number;
  /** Pages in a row without an event. */
  readonly idlePolls: number;
  readonly mode: 'stream' | 'poll';
  /** Why the log is polled. */
  readonly pollReason: ConnectionReason | null;
  /** Base of the delay, as the server announced it with `retry:`. */
  readonly retryMs: number | null;
}

export const newMemory: PolicyMemory = { failures: 0, mutes: 0, idlePolls: 0, mode: 'stream', pollReason: null, retryMs: null };

export interface PolicyContext {
  readonly timing: Timing;
  readonly limits: Limits;
  /** True once the operation is known to exist. Before that a definite refusal ends the start. */
  readonly known: boolean;
  readonly online: boolean;
  /** One number from 0 to 1, drawn for this decision. */
  readonly random: number;
}

export type Step =
  /** Try again after the delay. `firm`: the server asked for it, so no signal shortens it. */
  | { readonly do: 'wait'; readonly delayMs: number; readonly firm: boolean }
  /** Wait for the network, and look again after the delay: not every device tells the truth about it. */
  | { readonly do: 'offline'; readonly delayMs: number }
  | { readonly do: 'auth_required' }
  | { readonly do: 'give_up' }
  /** The start was refused for good. */
  | { readonly do: 'refuse' };

export interface Decision {
  readonly memory: PolicyMemory;
  readonly step: Step;
  readonly reason: ConnectionReason;
  readonly error: NftUpgradeError | null;
}

/** Streams without a byte in a row before the log is polled. */
const MAX_MUTES = 2;

/** Reconnect, wait, poll, or give up? Pure: the same ending in the same state gives the same answer. */
export function decide(before: PolicyMemory, ending: Ending, context: PolicyContext): Decision {
  const { timing, limits } = context;
  const error = ending.error ?? null;
  const reason = reasonOf(ending);
  const status = statusOf(error);
  const stop = (kind: 'auth_required' | 'give_up' | 'refuse'): Decision => ({ memory: before, step: { do: kind }, reason, error });

  if (error?.code === 'unauthenticated') return stop('auth_required');
  if (error?.code === 'protocol_unsupported') return stop(context.known ? 'give_up' : 'refuse');
  if (ending.kind === 'broken') return stop(context.known ? 'give_up' : 'refuse');
  // 406: the server or a proxy has no stream for us, but may have a page.
  const unstreamable = ending.kind === 'unstreamable' || (status === 406 && before.mode === 'stream');
  if (!unstreamable && isDefinite(status)) return stop(context.known ? 'give_up' : 'refuse');

  const healthy = ending.progressed === true || ending.stayed === true || ending.kind === 'polled';
  const soiled = ending.kind === 'protocol' || ending.kind === 'gap';
  const failed = ending.kind === 'interrupted' ? before.failures : before.failures + 1;
  const failures = healthy && (!soiled || ending.progressed === true) ? 0 : failed;
  const mutes = ending.mute ? before.mutes + 1 : 0;
  const idlePolls = ending.kind === 'polled' && !ending.progressed ? before.idlePolls + 1 : 0;
  const pollReason = pollReasonOf(before, ending, unstreamable, mutes);
  const memory: PolicyMemory = { ...before, failures, mutes, idlePolls, mode: pollReason ? 'poll' : 'stream', pollReason };
  const go = (step: Step): Decision => ({ memory, step, reason: ending.kind === 'polled' && pollReason ? pollReason : reason, error });

  if (ending.kind === 'polled') {
    const delayMs = Math.min(timing.maxPollMs, timing.pollMs * 1.5 ** Math.min(idlePolls, 20));
    return go({ do: 'wait', delayMs, firm: false });
  }
  if (ending.kind === 'interrupted') return go({ do: 'wait', delayMs: 0, firm: false });
  // An attempt without a network says nothing about the server, so it costs nothing.
  if (!context.online)
    return { ...go({ do: 'offline', delayMs: timing.maxDelayMs }), memory: { ...memory, failures: before.failures }, reason: 'offline' };
  if (failures >= limits.maxAttempts) return go({ do: 'give_up' });
  if (pollReason && before.mode === 'stream') return go({ do: 'wait', delayMs: 0, firm: false });
  if (ending.kind === 'gap' && failures <= 1) return go({ do: 'wait', delayMs: 0, firm: false });

  const base = before.retryMs ?? timing.baseDelayMs;
  const window = Math.min(timing.maxDelayMs, base * 2 ** Math.min(Math.max(failures - 1, 0), 30));
  const asked = error?.details.retryAfterMs;
  const retryAfter = typeof asked === 'number' ? Math.min(asked, timing.maxRetryAfterMs) : 0;
  return go({ do: 'wait', delayMs: Math.round(retryAfter + context.random * window), firm: retryAfter > 0 });
}

function pollReasonOf(before: PolicyMemory, ending: Ending, unstreamable: boolean, mutes: number): ConnectionReason | null {
  if (before.pollReason) return before.pollReason;
  if (ending.kind === 'buffered') return 'buffered';
  if (unstreamable || mutes >= MAX_MUTES) return 'streaming_unavailable';
  return null;
}

function reasonOf(ending: Ending): ConnectionReason {
  switch (ending.kind) {
    case 'response':
      return reasonOfStatus(ending.error);
    case 'polled':
    case 'interrupted':
    case 'cut':
      return 'cut';
    case 'unstreamable':
      return 'streaming_unavailable';
    case 'broken':
      return 'refused';
    case 'protocol':
      return ending.error?.code === 'protocol_unsupported' ? 'protocol_unsupported' : 'protocol';
    default:
      return ending.kind;
  }
}

function reasonOfStatus(error: NftUpgradeError | undefined): ConnectionReason {
  const status = statusOf(error ?? null) ?? 500;
  if (error?.code === 'unauthenticated') return 'unauthenticated';
  if (error?.code === 'protocol_unsupported') return 'protocol_unsupported';
  if (status === 404) return 'not_found';
  if (status === 429 || status === 503) return 'busy';
  return status >= 500 ? 'server' : 'refused';
}

const statusOf = (error: NftUpgradeError | null): number | null =>
  typeof error?.details.status === 'number' ? error.details.status : null;

/** A status by which the server has decided. 408, 425 and 429 ask to come again, and 5xx decides nothing. */
export const isDefinite = (status: number | null): boolean =>
  status !== null && status >= 300 && status < 500 && status !== 401 && status !== 408 && status !== 425 && status !== 429;
