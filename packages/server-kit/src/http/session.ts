import type { Clock } from '@aiw3/nft-upgrade';
import {
  type AnyProcess,
  eventFrame,
  heartbeatFrame,
  isNftUpgradeError,
  NftUpgradeError,
  type OperationEvent,
  openingFrame,
} from '@aiw3/nft-upgrade/protocol';
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
  /** Aborts when the client goes away. */
  signal: AbortSignal;
  /** The next events above `after`, in order, at most {@link PAGE}. */
  read(after: number): Promise<OperationEvent[]>;
  /** Calls `wake` when there may be news. */
  watch(wake: () => void): () => void;
  /** Called once, when the stream is over. */
  closed(reason: CloseReason): void;
  report(error: unknown): void;
  timing: HandlerTiming;
  clock: Clock;
}

/** One open stream, as the registry's wheel sees it. A session has no timer of its own. */
export interface Session {
  readonly operationId: string;
  readonly body: ReadableStream<Uint8Array>;
  /** Sends a heartbeat, rolls or cuts the stream when it is time. */
  tick(now: number): void;
  /** True when the client waits and the journal was not looked at for `pollMs`. */
  isDue(now: number): boolean;
  /** Looks into the journal without a wake-up. */
  look(): void;
  /** Ends in order, and tells the client to come back, elsewhere, after `retryMs`. */
  drain(retryMs: number): void;
}

/** Events that are read at once: what a client that never reads can cost. */
export const PAGE = 32;

/** Failures in a row to read the journal before the client is sent away: the answer to its next request says why. */
const READ_ATTEMPTS = 3;

/** How long a client that reads slowly has for the last frame. Milliseconds. */
const GRACE_MS = 5_000;

const encoder = new TextEncoder();

/**
 * One stream of one operation: the log above the cursor, then what comes, until a terminal event. It pulls: the journal is read only when the client has
 * taken everything that was sent, so a client that reads slowly, or never, holds no more than one page (L1).
 */
export function createSession(options: SessionOptions): Session {
  const { process, signal, timing, clock } = options;
  const openedAt = clock.now();
  // Streams opened in the same second, after a deployment, must not all end in the same second.
  const lifetimeMs = timing.maxConnectionMs * (1 - Math.random() / 10);
  let cursor = options.after;
  let opened = false;
  /** The journal may hold what was not sent yet. */
  let news = true;
  /** The client waits for more. */
  let hungry = false;
  let wroteAt = openedAt;
  let lookedAt = openedAt;
  let failures = 0;
  let closing: { reason: CloseReason; at: number; frame: string } | null = null;
  let over = false;
  let resume = () => {};

  const end = (reason: CloseReason) => {
    over = true;
    unwatch();
    signal.removeEventListener('abort', leave);
    resume();
    options.closed(reason);
  };

  const close = (reason: CloseReason, frame = '') => {
    closing ??= { reason, at: clock.now(), frame };
    resume();
  };

  /** Ends at once, also when the client takes nothing any more. */
  const cut = (reason: CloseReason, error: NftUpgradeError) => {
    if (over) return;
    end(reason);
    control.error(error);
  };
  const leave = () => cut('left', new NftUpgradeError('aborted'));

  const wake = () => {
    news = true;
    resume();
  };

  /** The next frames; empty when the stream is to end without more. */
  const next = async (): Promise<string> => {
    if (!opened) {
      opened = true;
      return openingFrame(timing);
    }
    while (!over && !closing) {
      if (news) {
        const frames = await readFrames();
        if (frames !== '') return frames;
      } else if (clock.now() - wroteAt >= timing.heartbeatMs) {
        return heartbeatFrame(clock.now());
      } else {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
    }
    return '';
  };

  const readFrames = async (): Promise<string> => {
    // Before the read: a wake-up that comes during it is about what it may have missed.
    news = false;
    lookedAt = clock.now();
    try {
      const events = (await options.read(cursor)).filter((event) => event.seq > cursor);
      failures = 0;
      const last = events.at(-1);
      if (last ? isTerminal(process, last.status) : options.terminal) close('completed');
      if (last) cursor = last.seq;
      if (events.length >= PAGE) news = true;
      return events.map(eventFrame).join('');
    } catch (thrown) {
      failures += 1;
      options.report(thrown);
      if (failures >= READ_ATTEMPTS || (isNftUpgradeError(thrown) && thrown.code === 'not_found')) close('failed');
      return '';
    }
  };

  let control!: ReadableByteStreamController;
  const body = new ReadableStream({
    type: 'bytes',
    start(controller) {
      control = controller;
    },
    async pull(controller) {
      hungry = true;
      const frames = await next();
      hungry = false;
      if (over) return;
      const sent = frames + (closing?.frame ?? '');
      if (sent !== '') controller.enqueue(encoder.encode(sent));
      wroteAt = clock.now();
      if (!closing) return;
      end(closing.reason);
      controller.close();
      // A reader that brought its own buffer gets it back only so.
      controller.byobRequest?.respond(0);
    },
    cancel() {
      if (!over) end('left');
    },
  });

  const unwatch = options.watch(wake);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();

  return {
    operationId: options.operationId,
    body,
    tick(now) {
      if (over) return;
      const slow = closing ? Math.min(GRACE_MS, timing.stallMs) : timing.stallMs;
      const since = Math.max(wroteAt, closing?.at ?? 0);
      if (!hungry && now - since >= slow) {
        cut(closing?.reason ?? 'stalled', new NftUpgradeError('connection_lost', { message: 'The client did not read what was sent.' }));
      } else if (now - openedAt >= lifetimeMs) close('rolled');
      else if (hungry && now - wroteAt >= timing.heartbeatMs) resume();
    },
    isDue: (now) => !over && hungry && now - lookedAt >= timing.pollMs,
    look: wake,
    drain: (retryMs) => close('drained', `retry: ${retryMs}\n\n`),
  };
}

const isTerminal = (process: AnyProcess, status: string): boolean =>
  Object.hasOwn(process.statuses, status) && process.statuses[status]?.terminal === true;
