import type { Environment, EnvironmentSignal } from '../client/environment.ts';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { OperationEvent, Snapshot } from '../machine/types.ts';
import { type AttemptOptions, createAttempts } from './attempt.ts';
import type { TokenReason } from './auth.ts';
import { type Connection, type ConnectionState, idleConnection } from './connection.ts';
import { createPause } from './pause.ts';
import { decide, newMemory, type Wait } from './policy.ts';
import { createSequencer } from './sequence.ts';

/**
 * Milliseconds. `retry: 0` must not turn a server that cuts every stream into one that is hammered.
 */
const MIN_RETRY_MS = 100;

export interface FollowOptions extends AttemptOptions {
  readonly environment: Environment;
  /** Where to follow from; null reads the log from its start. */
  readonly snapshot: Snapshot | null;
  /** Newly folded events, in order, each once, and what they make. One call a chunk. */
  onEvents(events: readonly OperationEvent[], snapshot: Snapshot): void;
  onConnection(connection: Connection): void;
  /** The start was refused for good: there is no operation. */
  onRefused(error: NftUpgradeError): void;
}

/** Makes a follower: `follow`, or one that shares its connection with other tabs. */
export type Follow = (options: FollowOptions) => Follower;

/** Follows one operation over however many connections it takes. */
export interface Follower {
  /**
   * Goes on after `gave_up` or `auth_required`, with a full budget. False when it was in neither.
   */
  retry(): boolean;
  /** Something may have happened at the server: a log that is polled is read now. */
  poke(): void;
  stop(): void;
}

/**
 * Starts once, then streams or polls from the cursor until a terminal event. One loop, so there is
 * never a second connection.
 */
export function follow(options: FollowOptions): Follower {
  const { environment, timing, limits, counters } = options;
  const sequencer = createSequencer(options.process, options.snapshot, counters);
  const pause = createPause(environment.clock);
  let memory = newMemory;
  let stopped = false;
  let everLive = false;
  let interrupter: AbortController | null = null;
  /** What the loop waits for, if it waits. */
  let waiting: Wait | null = null;

  const show = (state: ConnectionState, rest: Partial<Connection> = {}) => {
    if (!stopped) options.onConnection(Object.freeze({ ...idleConnection, ...rest, state }));
  };

  const attempts = createAttempts(options, sequencer, {
    live() {
      everLive = true;
      show('live');
    },
    retry(ms) {
      memory = { ...memory, retryMs: Math.max(ms, MIN_RETRY_MS) };
    },
    onEvents(events) {
      const snapshot = sequencer.snapshot();
      if (snapshot && !stopped) options.onEvents(events, snapshot);
    },
  });

  const run = async () => {
    let reason: TokenReason = options.start ? 'start' : 'reconnect';
    while (!stopped) {
      if (sequencer.snapshot()?.terminal) return show('closed', { reason: 'ended' });
      if (!interrupter) show('connecting');
      interrupter = new AbortController();
      const result = await attempts.run(memory, reason, interrupter.signal);
      if (stopped || sequencer.snapshot()?.terminal) continue;
      const operationId = attempts.id() ?? undefined;
      const known = operationId !== undefined;
      reason = known ? 'reconnect' : 'start';
      const decision = decide(memory, result, {
        timing,
        limits,
        known,
        online: environment.online(),
        random: environment.random(),
      });
      memory = decision.memory;
      const { do: how, delayMs, until } = decision.step;
      const { error } = decision;
      const shown = { attempt: memory.failures, reason: decision.reason, error };
      if (how === 'refuse') {
        show('closed', shown);
        return options.onRefused(error as NftUpgradeError);
      }
      const nextRetryAt = delayMs === null ? null : environment.clock.now() + delayMs;
      const spent = how === 'gave_up' && until === 'budget';
      show(how === 'wait' ? (memory.mode === 'poll' ? 'polling' : 'reconnecting') : how, {
        ...shown,
        nextRetryAt,
        ...(spent && {
          error: new NftUpgradeError('connection_gave_up', {
            operationId,
            details: { reason: shown.reason },
            cause: error,
          }),
        }),
      });
      if (delayMs !== 0) {
        waiting = until;
        await pause.wait(delayMs);
        waiting = null;
      }
      if (memory.mode === 'stream')
        show(everLive || known ? 'reconnecting' : 'connecting', {
          ...shown,
          attempt: memory.failures,
        });
    }
  };

  /** A full budget, and streams again. */
  const renew = () => {
    memory = { ...newMemory, retryMs: memory.retryMs };
  };

  const onSignal = (signal: EnvironmentSignal) => {
    if (stopped || signal === 'offline') return;
    const silent = attempts.awake();
    if (signal === 'online') renew(); // perhaps another network: its proxy may stream
    if (waiting === 'delay' || waiting === 'budget') {
      if (waiting === 'budget') memory = { ...memory, failures: 0 };
      pause.wake();
      // A device that slept holds a dead socket. Before the operation is known the request is left
      // alone: it must not be sent again for this.
    } else if (waiting === null && silent && attempts.id() !== null) interrupter?.abort();
  };

  const unlisten = environment.onSignal(onSignal);
  void run()
    .catch((thrown: unknown) => {
      environment.reportError(thrown);
      show('gave_up', {
        attempt: memory.failures,
        reason: 'protocol',
        error: toNftUpgradeError(thrown, 'internal'),
      });
    })
    .finally(unlisten);

  return {
    retry() {
      if (waiting !== 'budget' && waiting !== 'decision') return false;
      renew();
      pause.wake();
      return true;
    },
    poke() {
      if (waiting === 'delay' && memory.mode === 'poll') pause.wake();
    },
    stop() {
      stopped = true;
      interrupter?.abort();
      pause.wake();
    },
  };
}
