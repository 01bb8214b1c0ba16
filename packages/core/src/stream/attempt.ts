import type { Clock } from '../client/environment.ts';
import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import { parseEvent } from '../protocol/event.ts';
import type { routesOf } from '../protocol/routes.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import { GAP_HEADER, IDEMPOTENCY_HEADER, PROTOCOL_VERSION } from '../protocol/version.ts';
import { wire } from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import type { TokenReason } from './auth.ts';
import { readJson } from './body.ts';
import type { Counters } from './counters.ts';
import { createDecoder, type Decoded } from './decode.ts';
import type { LagMeter } from './lag.ts';
import type { Ending, PolicyMemory } from './policy.ts';
import { readStream } from './read.ts';
import type { Sequencer } from './sequence.ts';
import type { Limits, Timing } from './timing.ts';
import { discard, protocolUnsupported, type Transport } from './transport.ts';

/** A start that is not known to have arrived. */
export interface StartRequest {
  readonly input: object;
  readonly idempotencyKey: string;
}

/** What happens on the way, as it happens: for the timeline, and for other tabs. */
export type StreamEntry =
  | { readonly kind: 'attempt'; readonly mode: PolicyMemory['mode']; readonly reason: TokenReason; readonly snapshot: Snapshot | null }
  /** What one chunk of a stream said, or one page. */
  | ({ readonly kind: 'chunk'; readonly heartbeatMs: number } & Decoded)
  | { readonly kind: 'ending'; readonly ending: Ending };

/** What the attempts of one operation share. */
export interface AttemptContext {
  readonly process: AnyProcess;
  readonly routes: ReturnType<typeof routesOf>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly sequencer: Sequencer;
  readonly lag: LagMeter;
  readonly start: StartRequest | null;
  /** Id of the operation; null until the server has told it. */
  id: string | null;
  /** Interval that the server announced, else the default. Milliseconds. */
  heartbeatMs: number;
  /** When the last byte came over the present connection; null before the first. */
  heardAt: number | null;
  /** The operation exists: the start is never sent again. Called once. */
  identified(id: string): void;
  live(): void;
  announcedRetry(ms: number): void;
  folded(events: readonly OperationEvent[]): void;
  readonly record: ((entry: StreamEntry) => void) | undefined;
}

/** One attempt to learn more: start, stream or page. Never rejects: every end is an ending. */
export async function attempt(context: AttemptContext, memory: PolicyMemory, reason: TokenReason, signal: AbortSignal): Promise<Ending> {
  const { sequencer, counters } = context;
  const before = sequencer.cursor();
  counters.attempts++;
  context.record?.({ kind: 'attempt', mode: memory.mode, reason, snapshot: sequencer.snapshot() });
  context.heardAt = null;
  let ending: Ending;
  try {
    if (context.id === null) ending = await start(context, memory, reason, signal);
    else if (memory.mode === 'stream') ending = await stream(context, context.id, reason, signal);
    else ending = await page(context, context.id, reason, signal);
  } catch (thrown) {
    ending = endingOf(thrown, memory, signal);
  }
  if (ending.kind === 'protocol') counters.protocolErrors++;
  if (ending.kind === 'silent' || ending.kind === 'buffered') counters.silences++;
  if (sequencer.cursor() > before) ending = { ...ending, progressed: true };
  context.record?.({ kind: 'ending', ending });
  return ending;
}

async function start(context: AttemptContext, memory: PolicyMemory, reason: TokenReason, signal: AbortSignal): Promise<Ending> {
  const { start: request, routes, transport } = context;
  if (!request) return { kind: 'broken' };
  context.counters.posts++;
  const response = await transport.send({
    method: 'POST',
    path: routes.start,
    accept: memory.mode === 'stream' ? 'text/event-stream' : 'application/json',
    headers: { [IDEMPOTENCY_HEADER]: request.idempotencyKey },
    body: request.input,
    reason,
    signal,
  });
  const id = idOfLocation(response.headers.get('content-location'));
  if (id) context.identified(id);
  if (isStream(response)) return follow(context, response, signal);
  if (id) {
    discard(response);
    return { kind: 'unstreamable', progressed: true };
  }
  const snapshot = parseSnapshot(context.process, await readBody(context, response));
  context.identified(snapshot.operationId);
  return { kind: memory.mode === 'stream' ? 'unstreamable' : 'interrupted', progressed: true };
}

async function stream(context: AttemptContext, id: string, reason: TokenReason, signal: AbortSignal): Promise<Ending> {
  const cursor = context.sequencer.cursor();
  const response = await context.transport.send({
    method: 'GET',
    path: context.routes.of(id, 'events'),
    accept: 'text/event-stream',
    ...(cursor > 0 && { headers: { 'Last-Event-ID': String(cursor) } }),
    reason,
    signal,
  });
  if (isStream(response)) return follow(context, response, signal);
  discard(response);
  return { kind: 'unstreamable' };
}

async function page(context: AttemptContext, id: string, reason: TokenReason, signal: AbortSignal): Promise<Ending> {
  const { process, routes, sequencer, counters } = context;
  counters.polls++;
  const path = `${routes.of(id, 'events')}?after=${sequencer.cursor()}`;
  const response = await context.transport.send({ method: 'GET', path, accept: 'application/json', reason, signal });
  const { events, terminal } = read(wire.eventPage, await readBody(context, response));
  if (response.headers.get(GAP_HEADER) === 'true') counters.cursorsLost++;
  const parsed = events.map((event) => parseEvent(process, event));
  context.record?.({ kind: 'chunk', heartbeatMs: context.heartbeatMs, events: parsed, comments: [], retryMs: null, error: null });
  const ending = take(context, parsed);
  if (ending) return ending;
  if (terminal && events.length === 0 && !sequencer.snapshot()?.terminal) {
    const message = 'The operation has ended in a way this client does not know.';
    return { kind: 'protocol', error: new NftUpgradeError('protocol_unsupported', { message, operationId: id }) };
  }
  return { kind: 'polled' };
}

async function follow(context: AttemptContext, response: Response, signal: AbortSignal): Promise<Ending> {
  const { clock, timing, limits, lag } = context;
  if (!response.body) return { kind: 'unstreamable' };
  if (response.headers.get(GAP_HEADER) === 'true') context.counters.cursorsLost++;
  let liveSince: number | null = null;
  /** Latest server time of a frame that was certainly not replayed. */
  let serverTime = Number.POSITIVE_INFINITY;

  const onChunk = (decoded: Decoded, arrival: number): Ending | null => {
    const { events, comments, retryMs, error } = decoded;
    context.heardAt = arrival;
    context.record?.({ kind: 'chunk', heartbeatMs: context.heartbeatMs, ...decoded });
    let heldBack = false;
    if (retryMs !== null) context.announcedRetry(retryMs);
    // Before the first heartbeat all may be replayed.
    if (serverTime !== Number.POSITIVE_INFINITY) {
      for (const { timestamp } of events) {
        const at = Date.parse(timestamp);
        if (at > serverTime) heldBack = lag.observe(at, arrival) || heldBack;
      }
    }
    for (const { heartbeatMs, protocol, time } of comments) {
      if (protocol !== undefined && protocol > PROTOCOL_VERSION) return { kind: 'protocol', error: protocolUnsupported(protocol) };
      if (heartbeatMs !== undefined) context.heartbeatMs = Math.min(Math.max(heartbeatMs, 10), 600_000);
      if (time !== undefined) {
        serverTime = time;
        heldBack = lag.observe(time, arrival) || heldBack;
      }
    }
    if (liveSince === null && (events.length > 0 || comments.length > 0 || retryMs !== null)) {
      liveSince = arrival;
      context.live();
    }
    const ending = take(context, events);
    if (ending) return ending;
    if (error) return { kind: 'protocol', error };
    return heldBack ? { kind: 'buffered' } : null;
  };

  const ending = await readStream(response.body, {
    decoder: createDecoder(context.process, limits.maxFrameBytes),
    clock,
    signal,
    firstByteMs: timing.firstByteMs,
    silenceMs: () => context.heartbeatMs * timing.silenceFactor,
    onChunk,
  });
  const stayed = liveSince !== null && context.heardAt !== null && context.heardAt - liveSince >= context.heartbeatMs;
  return stayed ? { ...ending, stayed } : ending;
}

const readBody = ({ clock, limits, timing }: AttemptContext, response: Response): Promise<unknown> =>
  readJson(response, { clock, maxBytes: limits.maxBodyBytes, timeoutMs: timing.responseMs });

/** Folds events; an ending when nothing more is to be read here. */
function take(context: AttemptContext, events: readonly OperationEvent[]): Ending | null {
  const first = events[0];
  if (!first) return null;
  if (context.id === null) context.identified(first.operationId);
  const { applied, gap, error } = context.sequencer.take(events, context.id);
  if (applied.length > 0) context.folded(applied);
  if (context.sequencer.snapshot()?.terminal) return { kind: 'cut' };
  if (error) return { kind: 'protocol', error };
  return gap ? { kind: 'gap' } : null;
}

function endingOf(thrown: unknown, memory: PolicyMemory, signal: AbortSignal): Ending {
  if (signal.aborted || (isNftUpgradeError(thrown) && thrown.code === 'aborted')) return { kind: 'interrupted' };
  const error = toNftUpgradeError(thrown, 'connection_lost');
  if (error.code === 'connection_lost') {
    const timedOut = typeof error.details.timeoutMs === 'number';
    return timedOut ? { kind: 'silent', error, mute: memory.mode === 'stream' } : { kind: 'network', error };
  }
  if (typeof error.details.status === 'number' && error.code !== 'invalid_frame') return { kind: 'response', error };
  if (error.code === 'missing_capability' || error.code === 'invalid_option') return { kind: 'broken', error };
  if (error.code === 'unauthenticated') return { kind: 'response', error };
  return { kind: 'protocol', error };
}

const isStream = (response: Response): boolean => /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');

/** `…/{id}/events`: the address of the log of what was started. */
function idOfLocation(location: string | null): string | null {
  return location?.match(/\/([\w-]{1,128})\/events$/)?.[1] ?? null;
}
