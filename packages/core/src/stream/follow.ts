import type { Environment, EnvironmentSignal } from '../client/environment.ts';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { OperationEvent, Snapshot } from '../machine/types.ts';
import { type AttemptOptions, createAttempts } from './attempt.ts';
import type { TokenReason } from './auth.ts';
import { createBeside } from './beside.ts';
import { type Connection, type ConnectionState, idleConnection } from './connection.ts';
import { createPause } from './pause.ts';
import {
  type Decision,
  decide,
  isDoubtful,
  isVerdict,
  type Knowledge,
  newMemory,
  type Wait,
} from './policy.ts';
import { createSequencer } from './sequence.ts';
import type { Streaming } from './streaming.ts';

/**
 * Milliseconds. `retry: 0` must not turn a server that cuts every stream into one that is hammered.
 */
const MIN_RETRY_MS = 100;

export interface FollowOptions extends AttemptOptions {
  readonly environment: Environment;
  /** Whether to stream; shared by all operations of the client. */
  readonly streaming: Streaming;
  /** Where to follow from; null reads the log from its start. */
  readonly snapshot: Snapshot | null;
  /** Newly folded events, in order, each once, and what they make. One call a chunk. */
  onEvents(events: readonly OperationEvent[], snapshot: Snapshot): void;
  onConnection(connection: Connection): void;
  /**
   * The start is not repeated any more. `settled`: the server has refused it, so there is no
   * operation; otherwise that is not known.
   */
  onRefused(error: NftUpgradeError, settled: boolean): void;
  /**
   * The server does not have the operation which it has shown here. Resolves with true when another
   * one is followed in its place.
   */
  onMissing(): Promise<boolean>;
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
 * never a second stream.
 */
export function follow(options: FollowOptions): Follower {
  const { environment, streaming, timing, limits, counters } = options;
  const { clock } = environment;
  const sequencer = createSequencer(options.process, options.snapshot, counters);
  const pause = createPause(clock);
  const stopping = new AbortController();
  const stopped = () => stopping.signal.aborted;
  let memory = newMemory;
  let everLive = false;
  let interrupter: AbortController | null = null;
  /** What the loop waits for, if it waits. */
  let waiting: Wait | null = null;

  const show = (state: ConnectionState, rest: Partial<Connection> = {}) => {
    if (!stopped()) options.onConnection(Object.freeze({ ...idleConnection, ...rest, state }));
  };
  const hasEnded = () => sequencer.snapshot()?.terminal === true;

  const attempts = createAttempts(options, sequencer, {
    live() {
      everLive = true;
      beside.stop();
      show('live');
    },
    quiet: () => void beside.read(),
    retry(ms) {
      memory = { ...memory, retryMs: Math.max(ms, MIN_RETRY_MS) };
    },
    onEvents(events) {
      const snapshot = sequencer.snapshot();
      if (snapshot && !stopped()) options.onEvents(events, snapshot);
    },
  });
  const beside = createBeside(attempts, clock, stopping.signal, () => {
    if (hasEnded()) interrupter?.abort();
  });

  const knowledge = (): Knowledge => {
    if (attempts.id() === null) return 'start';
    return options.id !== null && sequencer.cursor() === 0 ? 'named' : 'seen';
  };

  /** One attempt, and what a page beside it has shown of it. */
  const attempt = async (reason: TokenReason): Promise<Decision | null> => {
    // No page can be read beside a start: where streams do not work it has to be one itself.
    const { failures } = memory;
    const way = streaming.open(attempts.id() === null && failures >= 2 && failures % 2 === 0);
    interrupter = new AbortController();
    const isStream = way.mode === 'stream';
    if (isStream) beside.watch();
    const result = await attempts.run(way.mode, reason, interrupter.signal);
    beside.stop();
    way.close();
    if (stopped() || hasEnded()) return null;
    // A network that fails for the first time is left alone.
    const isFirst = result.kind === 'network' && failures === 0;
    if (isStream && !isFirst && isDoubtful(result) && environment.online()) {
      if (everLive) show('reconnecting', { attempt: failures });
      await beside.read();
    }
    if (stopped() || hasEnded()) return null;
    const { error = null } = result;
    if (isVerdict(error) && error?.details.status === 404 && knowledge() === 'seen')
      if (await options.onMissing()) return null;
    return decide(memory, result, {
      timing,
      limits,
      knowledge: knowledge(),
      mode: way.mode,
      proof: isStream && beside.proof(),
      online: environment.online(),
      random: environment.random(),
    });
  };

  const run = async () => {
    let reason: TokenReason = options.start ? 'start' : 'reconnect';
    show('connecting');
    while (!stopped()) {
      if (hasEnded()) return show('closed', { reason: 'ended' });
      const decision = await attempt(reason);
      if (!decision) continue;
      reason = attempts.id() === null ? 'start' : 'reconnect';
      memory = decision.memory;
      if (decision.doubt) streaming.doubt(decision.doubt);
      if (decision.trust) streaming.trust();
      const { do: how } = decision.step;
      if (how === 'refuse') return refuse(decision);
      await rest(how, decision);
    }
  };

  const refuse = ({ step, reason, error }: Decision) => {
    const settled = step.until === 'decision' && !memory.unsure;
    const shown = settled ? error : gaveUp(reason, error);
    show('closed', { attempt: memory.failures, reason, error: shown });
    options.onRefused(shown ?? gaveUp(reason, error), settled);
  };

  /** Shows the decision, and waits as long as it says. */
  const rest = async (how: ConnectionState | 'wait', { step, reason, error }: Decision) => {
    const { delayMs, until } = step;
    const why = streaming.why();
    const shown = {
      attempt: memory.failures,
      // Where nothing fails it is told why the log is polled.
      reason: memory.failures === 0 && why ? why : reason,
      error,
    };
    const spent = how === 'gave_up' && until === 'budget';
    show(how === 'wait' ? (why ? 'polling' : 'reconnecting') : how, {
      ...shown,
      nextRetryAt: delayMs === null ? null : clock.now() + delayMs,
      ...(spent && { error: gaveUp(reason, error) }),
    });
    let woken = true;
    if (delayMs !== 0) {
      waiting = until;
      woken = await pause.wait(delayMs);
      waiting = null;
    }
    // What is tried again in silence shows no change before there is one.
    if (!streaming.why() && (woken || how === 'wait'))
      show(everLive || attempts.id() !== null ? 'reconnecting' : 'connecting', {
        ...shown,
        attempt: memory.failures,
      });
  };

  const gaveUp = (reason: Connection['reason'], cause: NftUpgradeError | null) =>
    new NftUpgradeError('connection_gave_up', {
      operationId: attempts.id() ?? undefined,
      details: { reason },
      cause,
    });

  /** A full budget. */
  const renew = () => {
    memory = { ...memory, failures: 0, idlePolls: 0 };
  };

  const onSignal = (signal: EnvironmentSignal) => {
    if (stopped() || signal === 'offline') return;
    if (streaming.hide(signal === 'hidden') && attempts.id() !== null) interrupter?.abort();
    if (signal === 'hidden') return;
    const silent = attempts.awake();
    streaming.trust(); // perhaps another network: its proxy may stream
    if (signal === 'online') renew();
    if (waiting === 'delay' || waiting === 'budget') {
      if (waiting === 'budget') memory = { ...memory, failures: 0 };
      pause.wake();
      return;
    }
    if (waiting !== null || attempts.id() === null) return;
    // A device that slept holds a dead socket, which may look alive for long. Before the operation
    // is known the request is left alone: it must not be sent again for this.
    if (silent) interrupter?.abort();
    void beside.read();
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
      streaming.trust();
      pause.wake();
      return true;
    },
    poke() {
      if (waiting === 'delay' && streaming.why()) pause.wake();
    },
    stop() {
      stopping.abort();
      interrupter?.abort();
      pause.wake();
    },
  };
}
