import type { Clock } from '../client/environment.ts';
import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import { parseEvent } from '../protocol/event.ts';
import type { routesOf } from '../protocol/routes.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import { GAP_HEADER, IDEMPOTENCY_HEADER, PROTOCOL_VERSION } from '../protocol/version.ts';
import * as wire from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import { onAbort } from './abort.ts';
import type { TokenReason } from './auth.ts';
import type { Counters } from './counters.ts';
import { createDecoder, type Decoded } from './decode.ts';
import { createLagMeter } from './lag.ts';
import type { AttemptResult, Mode } from './policy.ts';
import { readStream } from './read.ts';
import type { Sequencer } from './sequence.ts';
import type { Limits, Timing } from './timing.ts';
import {
  discard,
  foreign,
  headerOf,
  isSigned,
  protocolUnsupported,
  type Transport,
} from './transport.ts';

/** A start that is not known to have arrived. */
export interface StartRequest {
  readonly input: object;
  readonly idempotencyKey: string;
}

/** What happens on the way, as it happens: for the timeline, and for other tabs. */
export type StreamEntry =
  | {
      readonly kind: 'attempt';
      readonly mode: Mode;
      readonly reason: TokenReason;
      readonly snapshot: Snapshot | null;
    }
  /** What one chunk of a stream carried, or one page. */
  | ({ readonly kind: 'chunk'; readonly heartbeatMs: number } & Decoded)
  | { readonly kind: 'result'; readonly result: AttemptResult };

/** What the attempts of one operation are made of. */
export interface AttemptOptions {
  readonly process: AnyProcess;
  readonly routes: ReturnType<typeof routesOf>;
  readonly transport: Transport;
  readonly environment: { readonly clock: Clock };
  readonly timing: Timing;
  readonly limits: Limits;
  readonly counters: Counters;
  /** Given for a start; null to follow what exists. */
  readonly start: StartRequest | null;
  /** Id of what exists; null for a start, and only then. */
  readonly id: string | null;
  /**
   * The operation exists: the start is never sent again. Called once, before its first event; not
   * for an id that was given.
   */
  onIdentified(id: string): void;
  /** Everything that happens on the way. */
  readonly record?: ((entry: StreamEntry) => void) | undefined;
}

/** What is called while attempts are made. */
export interface AttemptListener {
  /** Newly folded events. */
  onEvents(events: readonly OperationEvent[]): void;
  /** A stream carries its first frame. */
  live?(): void;
  /** A heartbeat is late: the stream may be dead. */
  quiet?(): void;
  /** What `retry:` asks for. */
  retry?(ms: number): void;
}

/** One attempt after the other to learn more of one operation. */
export interface Attempts {
  /** Id of the operation; null until the server has named it. */
  id(): string | null;
  /**
   * Starts, streams or reads a page. Never rejects: every end is a result. Pages may be read while
   * a stream is open.
   */
  run(mode: Mode, reason: TokenReason, signal: AbortSignal): Promise<AttemptResult>;
  /**
   * The device was away: late frames say nothing now. True when the present connection has been
   * silent for so long that it may be dead.
   */
  awake(): boolean;
}

export function createAttempts(
  options: AttemptOptions,
  sequencer: Sequencer,
  listener: AttemptListener,
): Attempts {
  const { process, routes, transport, timing, limits, counters, start, record } = options;
  const { clock } = options.environment;
  const lag = createLagMeter(timing.bufferedMs);
  let { id } = options;
  /** Interval that the server announced, else the default. Milliseconds. */
  let { heartbeatMs } = timing;
  let attemptedAt = 0;
  /** When the server spoke last over the present stream; null before the first time. */
  let receivedAt: number | null = null;

  const identify = (given: string) => {
    if (id !== null) return;
    id = given;
    options.onIdentified(given);
  };

  const recordChunk = (decoded: Decoded) => record?.({ kind: 'chunk', heartbeatMs, ...decoded });

  /** Folds events; a result when nothing more is to be read here. */
  const ingest = (events: OperationEvent[]): AttemptResult | null => {
    if (!events[0]) return null;
    identify(events[0].operationId);
    const { gap, error } = sequencer.ingest(events, id);
    if (events.length > 0) listener.onEvents(events);
    if (sequencer.snapshot()?.terminal) return { kind: 'closed' };
    if (error) return { kind: 'protocol', error };
    return gap ? { kind: 'gap' } : null;
  };

  const follow = async (
    stream: NonNullable<Response['body']>,
    signal: AbortSignal,
  ): Promise<AttemptResult> => {
    let liveSince: number | null = null;
    // Of this connection: another one may be slower.
    lag.reset();
    /**
     * Latest server time of a frame that was certainly not replayed: before the first heartbeat all
     * may be.
     */
    let serverTime = Infinity;

    /** Once a heartbeat has told the time, a comment without it is somebody else's. */
    const speaks = ({ events, comments, retryMs }: Decoded): boolean =>
      events.length > 0 ||
      retryMs !== null ||
      comments.some(
        ({ heartbeat, time }) =>
          serverTime === Infinity || heartbeat !== undefined || time !== undefined,
      );

    const onChunk = (decoded: Decoded, arrival: number, spoke: boolean): AttemptResult | null => {
      const { events, comments, retryMs, error } = decoded;
      if (spoke) receivedAt = arrival;
      recordChunk(decoded);
      let heldBack = false;
      const sent = (at: number) => {
        heldBack = lag.observe(at, arrival) || heldBack;
      };
      if (retryMs !== null) listener.retry?.(retryMs);
      if (serverTime < Infinity) {
        for (const { timestamp } of events) {
          const at = Date.parse(timestamp);
          if (at > serverTime) sent(at);
        }
      }
      for (const { heartbeat: announced, protocol = 0, time } of comments) {
        if (protocol > PROTOCOL_VERSION)
          return { kind: 'protocol', error: protocolUnsupported(protocol) };
        if (announced !== undefined) heartbeatMs = Math.min(Math.max(announced, 10), 600_000);
        if (time !== undefined) {
          serverTime = time;
          sent(time);
        }
      }
      if (liveSince === null && spoke) {
        liveSince = arrival;
        listener.live?.();
      }
      return (
        ingest(events) ??
        (error ? { kind: 'protocol', error } : heldBack ? { kind: 'buffered' } : null)
      );
    };

    const result = await readStream(stream, {
      decoder: createDecoder(process, limits.maxFrameBytes),
      clock,
      signal,
      firstByteMs: timing.firstByteMs,
      silenceMs: () => heartbeatMs * timing.silenceFactor,
      speaks,
      onQuiet: () => listener.quiet?.(),
      onChunk,
    });
    const stayed =
      liveSince !== null && receivedAt !== null && receivedAt - liveSince >= heartbeatMs;
    return { ...result, opened: liveSince !== null, stayed };
  };

  const exchange = async (
    streams: boolean,
    reason: TokenReason,
    signal: AbortSignal,
  ): Promise<AttemptResult> => {
    const cursor = sequencer.cursor();
    const known = id;
    const common = { stream: streams, reason, signal };
    let response: Response;
    if (known !== null) {
      if (!streams) counters.polls++;
      response = await transport.send({
        ...common,
        method: 'GET',
        path: routes.of(known, 'events') + (streams ? '' : `?after=${cursor}`),
        ...(streams && cursor > 0 && { headers: { 'Last-Event-ID': `${cursor}` } }),
      });
    } else {
      counters.posts++;
      const { idempotencyKey, input } = start as StartRequest;
      const headers = { [IDEMPOTENCY_HEADER]: idempotencyKey };
      response = await transport.send({
        ...common,
        method: 'POST',
        path: routes.start,
        headers,
        body: input,
      });
      // `…/{id}/events`: the address of the log of what was started.
      const [, located] =
        /\/([\w-]{1,128})\/events$/.exec(headerOf(response, 'content-location')) ?? [];
      if (located) identify(located);
    }

    if (headerOf(response, GAP_HEADER) === 'true') counters.cursorsLost++;
    if (response.body && isStream(response)) return follow(response.body, signal);
    if (id !== null && (streams || known === null)) {
      discard(response);
      // A stream that cannot be read here, or an answer of the server without one.
      if (!isSigned(response) && !isStream(response)) throw foreign(response);
      return { kind: 'unstreamable', progressed: known === null };
    }
    try {
      return readAnswer(await transport.json(response), known, streams);
    } catch (thrown) {
      throw isSigned(response) || isReadable(thrown) ? thrown : foreign(response);
    }
  };

  /** The snapshot that a start is answered with, or a page of the log. */
  const readAnswer = (answer: unknown, known: string | null, streams: boolean): AttemptResult => {
    if (known === null) {
      identify(parseSnapshot(process, answer).operationId);
      return { kind: streams ? 'unstreamable' : 'interrupted', progressed: true };
    }
    const { events, terminal } = read(wire.eventPage, answer);
    const decoded = { ...nothing, events: events.map((event) => parseEvent(process, event)) };
    recordChunk(decoded);
    const result = ingest(decoded.events);
    if (!result && terminal && events.length === 0)
      throw new NftUpgradeError('protocol_unsupported', {
        operationId: known,
        details: { problem: 'end' },
      });
    return result ?? { kind: 'polled' };
  };

  return {
    id: () => id,
    async run(mode, reason, signal) {
      const streams = mode === 'stream';
      const before = sequencer.cursor();
      counters.attempts++;
      record?.({ kind: 'attempt', mode, reason, snapshot: sequencer.snapshot() });
      if (streams) {
        attemptedAt = clock.now();
        receivedAt = null;
      }
      const exchanging = new AbortController();
      const unlisten = onAbort(signal, () => exchanging.abort());
      let result: AttemptResult;
      try {
        result = await exchange(streams, reason, exchanging.signal);
      } catch (thrown) {
        result = resultOf(thrown, signal);
      } finally {
        unlisten();
        // Tracing clones bodies: to cancel one of two copies does not close the connection.
        exchanging.abort();
      }
      if (result.kind === 'protocol') counters.protocolErrors++;
      if (result.kind === 'silent' || result.kind === 'buffered') counters.silences++;
      if (sequencer.cursor() > before) result = { ...result, progressed: true };
      record?.({ kind: 'result', result });
      return result;
    },
    awake() {
      lag.reset();
      return (
        clock.now() - (receivedAt ?? attemptedAt) >
        (receivedAt === null ? timing.firstByteMs : heartbeatMs * 1.2)
      );
    },
  };
}

const nothing: Decoded = { events: [], comments: [], retryMs: null, error: null };

const isStream = (response: Response): boolean =>
  /^text\/event-stream\b/i.test(headerOf(response, 'content-type'));

/** It did not arrive, or was understood: who sent it is not the question. */
const isReadable = (thrown: unknown): boolean =>
  isNftUpgradeError(thrown) &&
  ['connection_lost', 'aborted', 'protocol_unsupported'].includes(thrown.code);

/** Cases of `connection_lost`, by what `details.problem` begins with; any other is `network`. */
const lostKinds: { readonly [problem: string]: AttemptResult['kind'] } = {
  late: 'silent',
  foreign: 'foreign',
  stored: 'foreign',
  token: 'token',
};

function resultOf(thrown: unknown, signal: AbortSignal): AttemptResult {
  const error = toNftUpgradeError(thrown, 'connection_lost');
  const { code, details } = error;
  if (signal.aborted || code === 'aborted') return { kind: 'interrupted' };
  if (code === 'connection_lost')
    return { kind: lostKinds[String(details.problem).split('_', 1)[0] ?? ''] ?? 'network', error };
  if (code === 'unauthenticated' || (details.status && code !== 'invalid_frame'))
    return { kind: 'response', error };
  return {
    kind: code === 'missing_capability' || code === 'invalid_option' ? 'broken' : 'protocol',
    error,
  };
}
