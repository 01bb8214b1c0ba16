import type { Clock } from '@aiw3/nft-upgrade';
import {
  type AnyProcess,
  heartbeatFrame,
  isNftUpgradeError,
  NftUpgradeError,
  type OperationEvent,
  openingFrame,
} from '@aiw3/nft-upgrade/protocol';
import { framesOf } from './frames.ts';
import type { HandlerTiming } from './options.ts';

/**
 * Why a stream ended. `completed`: after a terminal event · `rolled`: it was open for `maxConnectionMs` · `drained`: the server stops · `left`: the client
 * went away · `stalled`: the client did not read · `failed`: the journal could not be read
 */
export type CloseReason = 'completed' | 'rolled' | 'drained' | 'left' | 'stalled' | 'failed';

export interface SessionOptions {
  operationId: string;
  process: AnyProcess;
  /** Number of the last event the client has. */
  after: number;
  /** True when nothing can follow what the journal holds now. */
  terminal: boolean;
  /** The next events above `after`, in order, at most {@link PAGE}. */
  read(after: number): Promise<OperationEvent[]>;
  /** Calls `wake` when there may be news. */
  watch(wake: () => void): () => void;
  /** So many events were sent. */
  sent(frames: number): void;
  /** Called once, when the stream is over. */
  closed(reason: CloseReason): void;
  report(error: unknown): void;
  /** Bytes that are sent at once: what a client that never reads can cost. One event is sent whole. */
  budgetBytes: number;
  timing: HandlerTiming;
  clock: Clock;
}

/** Where a session writes: a stream of the fetch standard, or a response of Node. */
export interface Sink {
  /** Takes frames. False when it will ask for more by itself. */
  write(frames: string): boolean;
  /** Ends in order. */
  end(): void;
  /** Breaks off: that must not pass for an end. */
  fail(error: NftUpgradeError): void;
}

/** One open stream. It has no timer of its own: the registry's wheel turns for all. */
export interface Session {
  readonly operationId: string;
  /** Gives it a sink, or another one before anything was sent. */
  attach(sink: Sink): void;
  /** The sink takes more. */
  readonly pull: () => void;
  /** The client went away. */
  readonly leave: () => void;
  /** Sends a heartbeat, rolls or cuts the stream when it is time. */
  tick(now: number): void;
  /** True when the client waits and the journal was not looked at for `pollMs`. */
  isDue(now: number): boolean;
  /** Looks into the journal without a wake-up. */
  look(): void;
  /** Ends in order, and tells the client to come back, elsewhere, after `retryMs`. */
  drain(retryMs: number): void;
}

/** Events that are read at once. */
export const PAGE = 32;

/** Failures in a row to read the journal before the client is sent away: the answer to its next request says why. */
const READ_ATTEMPTS = 3;

/** How long a client that reads slowly has for the last frame. Milliseconds. */
const GRACE_MS = 5_000;

const unread = () => new NftUpgradeError('connection_lost', { message: 'The client did not read what was sent.' });

/**
 * One stream of one operation: the log above the cursor, then what comes, until a terminal event. It pulls: the journal is read only when the sink has
 * taken everything that was sent, so a client that reads slowly, or never, holds no more than one page (L1).
 */
export function createSession(options: SessionOptions): Session {
  const { process, timing, clock } = options;
  const openedAt = clock.now();
  // Streams opened in the same second, after a deployment, must not all end in the same second.
  const lifetimeMs = timing.maxConnectionMs * (1 - Math.random() / 10);
  let sink: Sink | null = null;
  let cursor = options.after;
  let opened = false;
  /** The journal may hold what was not sent yet. */
  let news = true;
  /** The sink waits for more. */
  let hungry = false;
  let reading = false;
  let wroteAt = openedAt;
  let lookedAt = openedAt;
  let failures = 0;
  let closing: { reason: CloseReason; at: number; frame: string } | null = null;
  let broken: NftUpgradeError | null = null;
  let over = false;

  const finish = (reason: CloseReason) => {
    over = true;
    unwatch();
    options.closed(reason);
  };
  /** Ends at once, also when the client takes nothing any more. */
  const cut = (reason: CloseReason, error: NftUpgradeError) => {
    if (over) return;
    finish(reason);
    broken = error;
    sink?.fail(error);
  };
  const close = (reason: CloseReason, frame = '') => {
    closing ??= { reason, at: clock.now(), frame };
    advance();
  };

  const send = (frames: string) => {
    wroteAt = clock.now();
    if (sink) hungry = sink.write(frames);
  };
  const endInOrder = ({ reason, frame }: NonNullable<typeof closing>) => {
    if (!opened) send(openingFrame(timing));
    if (frame !== '') send(frame);
    finish(reason);
    sink?.end();
  };

  /** Does what can be done now; whatever changes that calls it again. */
  const advance = () => {
    if (over || !hungry || reading) return;
    if (closing) endInOrder(closing);
    else if (!opened) {
      opened = true;
      send(openingFrame(timing));
      advance();
    } else if (news) read();
    else if (clock.now() - wroteAt >= timing.heartbeatMs) send(heartbeatFrame(clock.now()));
  };

  const read = () => {
    // Before the read: a wake-up that comes during it is about what it may have missed.
    news = false;
    reading = true;
    lookedAt = clock.now();
    options.read(cursor).then(show, retry);
  };
  const show = (events: readonly OperationEvent[]) => {
    reading = false;
    failures = 0;
    if (over) return;
    const { text, count, last, whole } = framesOf(events, cursor, options.budgetBytes);
    if (last) cursor = last.seq;
    if (!whole || events.length >= PAGE) news = true;
    else if (last ? isTerminal(process, last.status) : options.terminal) closing ??= { reason: 'completed', at: clock.now(), frame: '' };
    if (text !== '') {
      send(text);
      options.sent(count);
    }
    // The last frame is out: nothing is gained by waiting until it is read.
    if (closing && (closing.reason === 'completed' || !hungry)) endInOrder(closing);
    else advance();
  };
  const retry = (thrown: unknown) => {
    reading = false;
    failures += 1;
    options.report(thrown);
    if (over) return;
    if (failures >= READ_ATTEMPTS || (isNftUpgradeError(thrown) && thrown.code === 'not_found')) close('failed');
    else advance();
  };

  const wake = () => {
    news = true;
    advance();
  };
  const unwatch = options.watch(wake);

  return {
    operationId: options.operationId,
    attach(given) {
      sink = given;
      if (broken) sink.fail(broken);
    },
    pull() {
      hungry = true;
      advance();
    },
    leave: () => cut('left', new NftUpgradeError('aborted')),
    tick(now) {
      if (over) return;
      const slow = closing ? Math.min(GRACE_MS, timing.stallMs) : timing.stallMs;
      const since = Math.max(wroteAt, closing?.at ?? 0);
      if ((!hungry || (closing && reading)) && now - since >= slow) cut(closing?.reason ?? 'stalled', unread());
      else if (now - openedAt >= lifetimeMs) close('rolled');
      else if (hungry && now - wroteAt >= timing.heartbeatMs) advance();
    },
    isDue: (now) => !over && hungry && !reading && now - lookedAt >= timing.pollMs,
    look: wake,
    drain: (retryMs) => close('drained', `retry: ${retryMs}\n\n`),
  };
}

const isTerminal = (process: AnyProcess, status: string): boolean =>
  Object.hasOwn(process.statuses, status) && process.statuses[status]?.terminal === true;
