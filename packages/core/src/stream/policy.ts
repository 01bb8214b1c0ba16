import type { NftUpgradeError } from '../errors/error.ts';
import type { ConnectionReason } from './connection.ts';
import type { Limits, Timing } from './timing.ts';

/** How an attempt ended. No result of an attempt is an outcome of the operation. */
export interface AttemptResult {
  readonly kind: /** The stream ended: broken on the way, or closed by the server. */
    | 'closed'
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
  /**
   * True when the stream was up for at least one heartbeat: an idle operation makes no progress,
   * yet all is well.
   */
  readonly stayed?: boolean;
  /** True when not one byte of a stream came. */
  readonly noBytes?: boolean;
}

/** What the policy remembers between attempts. */
export interface PolicyMemory {
  /** Attempts without progress. */
  readonly failures: number;
  /** Streams in a row without a byte. */
  readonly silentAttempts: number;
  /** Pages in a row without an event. */
  readonly idlePolls: number;
  readonly mode: 'stream' | 'poll';
  /** Why the log is polled. */
  readonly pollReason: ConnectionReason | null;
  /** Base of the delay, as the server announced it with `retry:`. */
  readonly retryMs: number | null;
}

export const newMemory: PolicyMemory = {
  failures: 0,
  silentAttempts: 0,
  idlePolls: 0,
  mode: 'stream',
  pollReason: null,
  retryMs: null,
};

export interface PolicyContext {
  readonly timing: Timing;
  readonly limits: Limits;
  /** True once the operation is known to exist. Before that a definite refusal ends the start. */
  readonly known: boolean;
  readonly online: boolean;
  /** One number from 0 to 1, drawn for this decision. */
  readonly random: number;
}

/**
 * What ends a wait early, besides its time. `delay`: any signal of the device, and somebody who
 * wants to know now. `firm`: nothing, since the server asked for it. `budget`: a signal, or
 * `retry()`. `decision`: `retry()` alone.
 */
export type Wait = 'delay' | 'firm' | 'budget' | 'decision';

export interface NextStep {
  /**
   * `offline`: wait for the network, and look again after the delay: not every device tells the
   * truth about it. `refuse`: the start was refused for good.
   */
  readonly do: 'wait' | 'offline' | 'auth_required' | 'gave_up' | 'refuse';
  /** Milliseconds; null waits for ever. */
  readonly delayMs: number | null;
  readonly until: Wait;
}

export interface Decision {
  readonly memory: PolicyMemory;
  readonly step: NextStep;
  readonly reason: ConnectionReason;
  readonly error: NftUpgradeError | null;
}

/** Streams without a byte in a row before the log is polled. */
const MAX_SILENT_ATTEMPTS = 2;

/**
 * Reconnect, wait, poll, or give up? Pure: the same result in the same state gives the same answer.
 */
export function decide(
  before: PolicyMemory,
  result: AttemptResult,
  context: PolicyContext,
): Decision {
  const { timing, limits } = context;
  const { kind, error = null, progressed = false } = result;
  const polled = kind === 'polled';
  const streamed = before.mode === 'stream';
  const status = Number(error?.details.status ?? 0);
  const reason = reasonOf(kind, error?.code, status);
  // 406: the server or a proxy has no stream for us, but may have a page.
  const unstreamable = kind === 'unstreamable' || (status === 406 && streamed);
  const definite = (!unstreamable && isDefinite(status)) || reason === 'protocol_unsupported';

  const decision = (
    how: NextStep['do'],
    delayMs: number | null,
    until: Wait,
    memory = before,
    why = reason,
  ): Decision => ({
    memory,
    step: { do: how, delayMs, until },
    reason: why,
    error,
  });
  if (reason === 'unauthenticated') return decision('auth_required', null, 'decision');
  if (definite || kind === 'broken')
    return decision(context.known ? 'gave_up' : 'refuse', null, definite ? 'decision' : 'budget');

  const healthy =
    progressed || ((result.stayed || polled) && kind !== 'protocol' && kind !== 'gap');
  const failures = healthy ? 0 : before.failures + (kind === 'interrupted' ? 0 : 1);
  const silentAttempts = result.noBytes ? before.silentAttempts + 1 : 0;
  const idlePolls = polled && !progressed ? before.idlePolls + 1 : 0;
  const pollReason =
    before.pollReason ??
    (kind === 'buffered'
      ? kind
      : unstreamable || silentAttempts >= MAX_SILENT_ATTEMPTS
        ? 'streaming_unavailable'
        : null);
  const memory: PolicyMemory = {
    ...before,
    failures,
    silentAttempts,
    idlePolls,
    mode: pollReason ? 'poll' : 'stream',
    pollReason,
  };
  const wait = (delayMs: number, until: Wait = 'delay') =>
    decision('wait', delayMs, until, memory, failures > 0 || !pollReason ? reason : pollReason);

  if (polled) return wait(Math.min(timing.maxPollMs, timing.pollMs * 1.5 ** idlePolls));
  if (kind === 'interrupted') return wait(0);
  // An attempt without a network says nothing about the server, so it costs nothing.
  if (!context.online)
    return decision(
      'offline',
      timing.maxDelayMs,
      'delay',
      { ...memory, failures: before.failures },
      'offline',
    );
  if (failures >= limits.maxAttempts) return decision('gave_up', null, 'budget', memory);
  if ((pollReason && streamed) || (kind === 'gap' && failures < 2)) return wait(0);

  const window = Math.min(
    timing.maxDelayMs,
    (before.retryMs ?? timing.baseDelayMs) * 2 ** Math.max(failures - 1, 0),
  );
  const asked = error?.details.retryAfterMs;
  const retryAfter = typeof asked === 'number' ? Math.min(asked, timing.maxRetryAfterMs) : 0;
  return wait(Math.round(retryAfter + context.random * window), retryAfter > 0 ? 'firm' : 'delay');
}

/** Results and statuses that go by another name as a reason. */
const reasons: { readonly [kind: string | number]: ConnectionReason } = {
  closed: 'cut',
  polled: 'cut',
  interrupted: 'cut',
  unstreamable: 'streaming_unavailable',
  broken: 'refused',
  404: 'not_found',
  429: 'busy',
  503: 'busy',
};

function reasonOf(
  kind: AttemptResult['kind'],
  code: string | undefined,
  status: number,
): ConnectionReason {
  if (code === 'unauthenticated' || code === 'protocol_unsupported') return code;
  if (kind !== 'response') return reasons[kind] ?? (kind as ConnectionReason);
  return reasons[status] ?? (status < 500 ? 'refused' : 'server');
}

/**
 * A status by which the server has decided. 408, 425 and 429 ask to come again, and 5xx decides
 * nothing.
 */
export const isDefinite = (status: number): boolean =>
  status >= 300 && status < 500 && ![401, 408, 425, 429].includes(status);
