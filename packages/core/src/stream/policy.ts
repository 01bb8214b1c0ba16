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
    /** The server answered, and not with a stream. */
    | 'unstreamable'
    | 'gap'
    | 'protocol'
    /** The server answered with a status of 400 or more. */
    | 'response'
    /** Something on the way answered in place of the server. */
    | 'foreign'
    /** The host gave no token: nothing was asked of the server. */
    | 'token'
    /** A call of the client itself failed: no such capability, a wrong option. */
    | 'broken'
    /** Somebody wants the next attempt now. */
    | 'interrupted';
  readonly error?: NftUpgradeError;
  /** True when events were folded in, or the operation was named. */
  readonly progressed?: boolean;
  /** True when the stream has spoken. */
  readonly opened?: boolean;
  /**
   * True when the stream was up for at least one heartbeat: an idle operation makes no progress,
   * yet all is well.
   */
  readonly stayed?: boolean;
}

/** How the log is read. */
export type Mode = 'stream' | 'poll';

/** What the policy remembers between attempts. */
export interface PolicyMemory {
  /** Attempts without progress. */
  readonly failures: number;
  /** Pages in a row without an event. */
  readonly idlePolls: number;
  /** A start was sent and may have arrived. */
  readonly unsure: boolean;
  /** Base of the delay, as the server announced it with `retry:`. */
  readonly retryMs: number | null;
}

export const newMemory: PolicyMemory = {
  failures: 0,
  idlePolls: 0,
  unsure: false,
  retryMs: null,
};

/**
 * What is known of the operation. `start`: nothing, and no attempt can have begun it. `named`: an
 * id that was given, of which nothing was read. `seen`: the server itself has shown it here.
 */
export type Knowledge = 'start' | 'named' | 'seen';

export interface PolicyContext {
  readonly timing: Timing;
  readonly limits: Limits;
  readonly knowledge: Knowledge;
  /** How this attempt has read. */
  readonly mode: Mode;
  /** A page was read while the stream brought nothing: it is the stream that does not work. */
  readonly proof: boolean;
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
   * truth about it. `refuse`: the start is not repeated. Its outcome is only known where no attempt
   * was `unsure`.
   */
  readonly do: 'wait' | 'offline' | 'auth_required' | 'gave_up' | 'refuse';
  /** Milliseconds; null waits for ever. */
  readonly delayMs: number | null;
  readonly until: Wait;
}

/** Why streams are left for pages, and for how long at least. */
export interface Doubt {
  readonly reason: ConnectionReason;
  /** Milliseconds that the server asked for. */
  readonly forMs: number;
}

export interface Decision {
  readonly memory: PolicyMemory;
  readonly step: NextStep;
  readonly reason: ConnectionReason;
  readonly error: NftUpgradeError | null;
  /** Set when the stream has failed where a page has not. */
  readonly doubt: Doubt | null;
  /** True when the attempt has shown that streams work. */
  readonly trust: boolean;
}

/** Answers and faults that are more than weather. */
type Refusal = 'unauthenticated' | 'refused' | 'not_found' | 'protocol_unsupported' | 'broken';

/**
 * `weather`: tried again with growing delays. `pause`: tried again in a slow schedule. `end`: only
 * `retry()` tries again.
 */
type Meaning = 'weather' | 'pause' | 'auth_required' | 'refuse' | 'end';

/**
 * What an answer of the server itself means. What it has shown once it may deny for a while: a
 * deploy is half done, a database is being restored, a right was taken for an hour. A start that
 * may have arrived is not refused: its repetition may have met another node than the start.
 */
const meanings: {
  readonly [A in Refusal]: { readonly [K in Knowledge | 'unsure']: Meaning };
} = {
  unauthenticated: {
    start: 'auth_required',
    unsure: 'auth_required',
    named: 'auth_required',
    seen: 'auth_required',
  },
  refused: { start: 'refuse', unsure: 'weather', named: 'pause', seen: 'weather' },
  not_found: { start: 'refuse', unsure: 'weather', named: 'end', seen: 'weather' },
  protocol_unsupported: { start: 'refuse', unsure: 'refuse', named: 'end', seen: 'end' },
  broken: { start: 'refuse', unsure: 'refuse', named: 'pause', seen: 'pause' },
};

/** Statuses of the server by which it has not begun what was asked. */
const notBegun: readonly number[] = [401, 408, 425, 429, 503];

/**
 * Reconnect, wait, poll, or give up? Pure: the same result in the same state gives the same answer.
 */
export function decide(
  before: PolicyMemory,
  result: AttemptResult,
  context: PolicyContext,
): Decision {
  const { timing, limits, knowledge, mode, proof } = context;
  const { kind, error = null, progressed = false, stayed = false } = result;
  const streamed = mode === 'stream';
  const polled = kind === 'polled';
  const status = Number(error?.details.status ?? 0);
  const reason = reasonOf(kind, error?.code, status);

  const asked = error?.details.retryAfterMs;
  const retryAfter = typeof asked === 'number' ? asked : 0;
  // What stands in front of the server does not know how long the server is away.
  const firmMs = kind === 'foreign' ? 0 : Math.min(retryAfter, timing.maxRetryAfterMs);

  const doubted = streamed && (kind === 'unstreamable' || (proof && isDoubtful(result)));
  const doubt: Doubt | null = doubted
    ? { reason: pollReasons[reason] ?? 'streaming_unavailable', forMs: firmMs }
    : null;

  const healthy =
    doubted || progressed || ((stayed || polled) && kind !== 'protocol' && kind !== 'gap');
  const memory: PolicyMemory = {
    failures: healthy ? 0 : before.failures + (kind === 'interrupted' ? 0 : 1),
    idlePolls: polled && !progressed ? before.idlePolls + 1 : 0,
    unsure: before.unsure || !(kind === 'token' || isDeclined(error, status)),
    retryMs: before.retryMs,
  };
  const { failures } = memory;

  const decision = (
    how: NextStep['do'],
    delayMs: number | null,
    until: Wait,
    more: Partial<Decision> = {},
  ): Decision => ({
    memory,
    step: { do: how, delayMs, until },
    reason,
    error,
    doubt,
    trust: streamed && stayed && !doubted,
    ...more,
  });
  const wait = (delayMs: number, until: Wait = 'delay') => decision('wait', delayMs, until);

  const refusal = doubted ? null : refusalOf(reason, kind, error);
  const meaning =
    refusal === null
      ? 'weather'
      : meanings[refusal][knowledge === 'start' && before.unsure ? 'unsure' : knowledge];
  if (meaning === 'auth_required') return decision(meaning, timing.maxDelayMs, 'budget');
  if (meaning === 'refuse') return decision(meaning, null, 'decision', { memory: before });
  if (meaning === 'end') return decision('gave_up', null, 'decision');
  if (meaning === 'pause') return decision('gave_up', timing.maxDelayMs, 'budget');

  if (polled)
    return wait(Math.min(timing.maxPollMs, timing.pollMs * 1.5 ** Math.min(memory.idlePolls, 20)));
  if (kind === 'interrupted') return wait(0);
  // An attempt without a network says nothing about the server, so it costs nothing.
  if (!context.online)
    return decision('offline', timing.maxDelayMs, 'delay', {
      memory: { ...memory, failures: before.failures },
      reason: 'offline',
    });
  if (doubted) return wait(proof ? timing.pollMs : 0);
  if (failures >= limits.maxAttempts) {
    // Of a start that is refused again and again the user wants to know.
    const refused = knowledge === 'start' && (refusal !== null || kind === 'foreign');
    return refused
      ? decision('refuse', null, 'budget')
      : decision('gave_up', timing.maxDelayMs, 'budget');
  }
  if (kind === 'gap' && failures < 2) return wait(0);

  const window = Math.min(
    timing.maxDelayMs,
    (before.retryMs ?? timing.baseDelayMs) * 2 ** Math.max(failures - 1, 0),
  );
  const floor = kind === 'foreign' ? Math.min(retryAfter, timing.maxDelayMs) : firmMs;
  return wait(Math.round(floor + context.random * window), firmMs > 0 ? 'firm' : 'delay');
}

/**
 * True when it may be the stream that does not work, and not the world: a page tells. False for
 * what a page would meet as well.
 */
export const isDoubtful = ({ kind, error, progressed, opened, stayed }: AttemptResult): boolean =>
  kind === 'buffered' ||
  !(
    progressed ||
    stayed ||
    ['interrupted', 'token', 'broken'].includes(kind) ||
    // A stream that came through once and was lost without a word: sockets die like that.
    (kind === 'silent' && opened) ||
    error?.code === 'unauthenticated' ||
    error?.code === 'protocol_unsupported'
  );

/** Results and statuses that go by another name as a reason. */
const reasons: { readonly [kind: string | number]: ConnectionReason } = {
  closed: 'cut',
  polled: 'cut',
  interrupted: 'cut',
  unstreamable: 'streaming_unavailable',
  foreign: 'intermediary',
  broken: 'refused',
  404: 'not_found',
  429: 'busy',
  503: 'busy',
};

/** Reasons that also say why the log is polled; the others mean that streams do not work here. */
const pollReasons: { readonly [R in ConnectionReason]?: R } = {
  buffered: 'buffered',
  busy: 'busy',
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

function refusalOf(
  reason: ConnectionReason,
  kind: AttemptResult['kind'],
  error: NftUpgradeError | null,
): Refusal | null {
  if (reason === 'unauthenticated' || reason === 'protocol_unsupported') return reason;
  if (kind === 'broken') return kind;
  if (!isVerdict(error)) return null;
  return reason === 'not_found' ? reason : 'refused';
}

/** True when the server has answered that nothing was begun. */
const isDeclined = (error: NftUpgradeError | null, status: number): boolean =>
  isVerdict(error) || (error?.code !== 'connection_lost' && notBegun.includes(status));

/**
 * A refusal by which the server itself has decided. 408, 425 and 429 ask to come again, and 5xx
 * decides nothing; an answer of somebody else is `connection_lost`, whatever its status.
 */
export function isVerdict(error: NftUpgradeError | null): boolean {
  if (!error || error.code === 'connection_lost') return false;
  const status = Number(error.details.status ?? 0);
  return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
}
