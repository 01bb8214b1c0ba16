import type { Environment, EnvironmentSignal } from '../client/environment.ts';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import type { routesOf } from '../protocol/routes.ts';
import { type AttemptContext, attempt, type StartRequest, type StreamEntry } from './attempt.ts';
import type { TokenReason } from './auth.ts';
import type { Connection } from './connection.ts';
import type { Counters } from './counters.ts';
import { createLagMeter, type LagMeter } from './lag.ts';
import { createPause } from './pause.ts';
import { type Decision, decide, isDefinite, newMemory } from './policy.ts';
import { createSequencer, type Sequencer } from './sequence.ts';
import type { Limits, Timing } from './timing.ts';
import type { Transport } from './transport.ts';

/** Milliseconds. `retry: 0` must not turn a server that cuts every stream into one that is hammered. */
const MIN_RETRY_MS = 100;

export interface FollowOptions {
  readonly process: AnyProcess;
  readonly routes: ReturnType<typeof routesOf>;
  readonly transport: Transport;
  readonly environment: Environment;
  readonly timing: Timing;
  readonly limits: Limits;
  readonly counters: Counters;
  /** Given for a start; null to follow what exists. */
  readonly start: StartRequest | null;
  /** Id of what exists; null for a start. */
  readonly id: string | null;
  /** Where to follow from; null reads the log from its start. */
  readonly snapshot: Snapshot | null;
  /** The operation exists. Called once, before its first event; not for an id that was given. */
  onIdentified(id: string): void;
  /** Newly folded events, in order, each once, and what they make. One call a chunk. */
  onEvents(events: readonly OperationEvent[], snapshot: Snapshot): void;
  onConnection(connection: Connection): void;
  /** The start was refused for good: there is no operation. */
  onRefused(error: NftUpgradeError): void;
  /** Everything that happens on the way. */
  record?: ((entry: StreamEntry) => void) | undefined;
}

/** Makes a follower: `follow`, or one that shares its connection with other tabs. */
export type Follow = (options: FollowOptions) => Follower;

/** Follows one operation over however many connections it takes. */
export interface Follower {
  /** Goes on after `gave_up` or `auth_required`, with a full budget. False when it was in neither. */
  retry(): boolean;
  /** Something may have happened at the server: a log that is polled is read now. */
  poke(): void;
  stop(): void;
}

/** Starts once, then streams or polls from the cursor until a terminal event. One loop, so there is never a second connection. */
export function follow(options: FollowOptions): Follower {
  const { environment, timing, limits, counters } = options;
  const { clock } = environment;
  const sequencer = createSequencer(options.process, options.snapshot, counters);
  const pause = createPause(clock);
  const lag = createLagMeter(timing.bufferedMs);
  let memory = newMemory;
  let stopped = false;
  let everLive = false;
  let interrupter: AbortController | null = null;
  let attemptedAt = 0;
  /** What the loop waits for, if it waits. */
  let waiting: 'delay' | 'firm' | 'budget' | 'decision' | null = null;

  const context = contextOf(options, sequencer, lag, {
    live() {
      everLive = true;
      show({ state: 'live', attempt: 0, reason: null, error: null, nextRetryAt: null });
    },
    announcedRetry(ms) {
      memory = { ...memory, retryMs: Math.max(ms, MIN_RETRY_MS) };
    },
    folded(events) {
      const snapshot = sequencer.snapshot();
      if (snapshot && !stopped) options.onEvents(events, snapshot);
    },
  });

  const show = (connection: Connection) => {
    if (!stopped) options.onConnection(Object.freeze(connection));
  };

  const run = async () => {
    let reason: TokenReason = options.start ? 'start' : 'reconnect';
    show({ state: 'connecting', attempt: 0, reason: null, error: null, nextRetryAt: null });
    while (!stopped) {
      interrupter = new AbortController();
      attemptedAt = clock.now();
      const ending = await attempt(context, memory, reason, interrupter.signal);
      if (stopped) return;
      if (sequencer.snapshot()?.terminal) {
        show({ state: 'closed', attempt: 0, reason: 'ended', error: null, nextRetryAt: null });
        return;
      }
      reason = context.id === null ? 'start' : 'reconnect';
      const known = context.id !== null;
      const decision = decide(memory, ending, { timing, limits, known, online: environment.online(), random: environment.random() });
      memory = decision.memory;
      if (decision.step.do === 'refuse') return refuse(decision);
      await act(decision);
      if (!stopped && memory.mode === 'stream') showAttempt(decision);
    }
  };

  const refuse = ({ error, reason }: Decision) => {
    const refusal = error ?? new NftUpgradeError('connection_lost');
    show({ state: 'closed', attempt: memory.failures, reason, error: refusal, nextRetryAt: null });
    options.onRefused(refusal);
  };

  const showAttempt = ({ reason, error }: Decision) => {
    const state = everLive || context.id !== null ? 'reconnecting' : 'connecting';
    show({ state, attempt: memory.failures, reason, error, nextRetryAt: null });
  };

  const act = async ({ step, reason, error }: Decision) => {
    const shown = { attempt: memory.failures, reason, error };
    if (step.do === 'wait') {
      const nextRetryAt = clock.now() + step.delayMs;
      const state = memory.mode === 'poll' ? 'polling' : 'reconnecting';
      show({ ...shown, state, reason: memory.failures === 0 ? (memory.pollReason ?? reason) : reason, nextRetryAt });
      if (step.delayMs > 0) await sleep(step.delayMs, step.firm ? 'firm' : 'delay');
    } else if (step.do === 'offline') {
      show({ ...shown, state: 'offline', nextRetryAt: clock.now() + step.delayMs });
      await sleep(step.delayMs, 'delay');
    } else if (step.do === 'auth_required') {
      show({ ...shown, state: 'auth_required', nextRetryAt: null });
      await sleep(null, 'decision');
    } else if (step.do === 'give_up') {
      const definite =
        isDefinite(typeof error?.details.status === 'number' ? error.details.status : null) || error?.code === 'protocol_unsupported';
      const gaveUp =
        definite && error
          ? error
          : new NftUpgradeError('connection_gave_up', { ...withId(context.id), details: { reason }, cause: error ?? undefined });
      show({ ...shown, state: 'gave_up', error: gaveUp, nextRetryAt: null });
      await sleep(null, definite ? 'decision' : 'budget');
    }
  };

  const sleep = async (delayMs: number | null, kind: NonNullable<typeof waiting>) => {
    waiting = kind;
    await pause.wait(delayMs);
    waiting = null;
  };

  const onSignal = (signal: EnvironmentSignal) => {
    if (stopped || signal === 'offline') return;
    lag.reset();
    if (signal === 'online') memory = { ...newMemory, retryMs: memory.retryMs }; // perhaps another network: its proxy may stream
    if (waiting === 'delay' || waiting === 'budget') {
      if (waiting === 'budget') memory = { ...memory, failures: 0 };
      pause.wake();
    } else if (waiting === null && context.id !== null) {
      // A device that slept holds a dead socket. Before the operation is known the request is left alone: it must not be sent again for this.
      const quiet = clock.now() - (context.heardAt ?? attemptedAt);
      if (quiet > (context.heardAt === null ? timing.firstByteMs : context.heartbeatMs * 1.2)) interrupter?.abort();
    }
  };

  const unlisten = environment.onSignal(onSignal);
  void run()
    .catch((thrown: unknown) => {
      environment.reportError(thrown);
      show({
        state: 'gave_up',
        attempt: memory.failures,
        reason: 'protocol',
        error: toNftUpgradeError(thrown, 'internal'),
        nextRetryAt: null,
      });
    })
    .finally(unlisten);

  return {
    retry() {
      if (waiting !== 'budget' && waiting !== 'decision') return false;
      memory = { ...newMemory, retryMs: memory.retryMs };
      pause.wake();
      return true;
    },
    poke() {
      if (waiting === 'delay' && memory.mode === 'poll') pause.wake();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      interrupter?.abort();
      pause.wake();
    },
  };
}

/** What the attempts of an operation share, with no more than `rest` to react to. */
export function contextOf(
  options: FollowOptions,
  sequencer: Sequencer,
  lag: LagMeter,
  rest: Pick<AttemptContext, 'folded'> & Partial<AttemptContext>,
): AttemptContext {
  const { process, routes, transport, start, environment, timing, limits, counters, id } = options;
  const context: AttemptContext = {
    process,
    routes,
    transport,
    start,
    timing,
    limits,
    counters,
    id,
    sequencer,
    lag,
    clock: environment.clock,
    heartbeatMs: timing.heartbeatMs,
    heardAt: null,
    identified(given) {
      if (context.id !== null) return;
      context.id = given;
      options.onIdentified(given);
    },
    live: () => undefined,
    announcedRetry: () => undefined,
    record: options.record,
    ...rest,
  };
  return context;
}

const withId = (operationId: string | null) => (operationId === null ? {} : { operationId });
