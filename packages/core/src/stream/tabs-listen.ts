import type { OperationEvent } from '../machine/types.ts';
import { parseEvent } from '../protocol/event.ts';
import { createAttempts } from './attempt.ts';
import type { Connection } from './connection.ts';
import type { FollowOptions } from './follow.ts';
import { createSequencer } from './sequence.ts';
import { isStuckState, type TabMessage } from './tabs-message.ts';

export interface ListenerOptions extends Omit<FollowOptions, 'id'> {
  readonly id: string;
  /** Asks the tab with the connection for its state. */
  ask(): void;
  /** Nothing is received this way. `silent`: the other tab; `unanswered`: the server, here. */
  onLost(why: 'silent' | 'unanswered'): void;
}

/** Follows an operation by what another tab broadcasts. */
export interface Listener {
  receive(message: TabMessage): void;
  stop(): void;
}

/** Receives events, reads from the server what it missed, and notices when broadcasts stop. */
export function createListener(options: ListenerOptions): Listener {
  const { environment, timing, counters } = options;
  const { clock } = environment;
  const sequencer = createSequencer(options.process, options.snapshot, counters);
  const stopping = new AbortController();
  const over = () => stopping.signal.aborted;
  let heartbeatMs = timing.heartbeatMs;
  let timer: unknown = null;
  let catchingUp = false;
  let missed = false;

  const folded = (events: readonly OperationEvent[]) => {
    const snapshot = sequencer.snapshot();
    if (!snapshot || over()) return;
    options.onEvents(events, snapshot);
    if (snapshot.terminal)
      show({ state: 'closed', attempt: 0, reason: 'ended', error: null, nextRetryAt: null });
  };
  const show = (connection: Connection) => {
    if (!over()) options.onConnection(Object.freeze(connection));
  };
  const attempts = createAttempts(options, sequencer, { onEvents: folded });

  /** The other tab has this long to broadcast something. */
  const expectWithin = (ms: number) => {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(() => options.onLost('silent'), ms);
  };
  const silenceMs = () => heartbeatMs * timing.silenceFactor + timing.responseMs;

  const catchUp = async () => {
    missed = true;
    if (catchingUp) return;
    catchingUp = true;
    while (missed && !over()) {
      missed = false;
      const result = await attempts.run('poll', 'reconnect', stopping.signal);
      if (over()) return;
      if (result.kind !== 'polled' && result.kind !== 'gap') return options.onLost('unanswered');
      if (result.progressed) missed = true; // a page has a bound
    }
    catchingUp = false;
  };

  const receive = (message: TabMessage) => {
    if (over()) return;
    if (message.kind === 'connection') {
      const { connection, waitMs } = message;
      // Its end is not ours before its last event has come.
      if (connection.state === 'closed') return void catchUp();
      // What it cannot do may be possible here: its token, its budget.
      if (isStuckState(connection.state)) return;
      // However long it was asked to wait, this tab is asked to wait by itself.
      expectWithin(silenceMs() + Math.min(waitMs ?? 0, timing.maxDelayMs));
      show(connection);
      if (message.cursor > sequencer.cursor()) void catchUp();
    } else if (message.kind === 'chunk') {
      heartbeatMs = message.heartbeatMs;
      expectWithin(silenceMs());
      ingest(message.events);
      if (message.cursor > sequencer.cursor()) void catchUp();
    }
  };

  const ingest = (values: readonly unknown[]) => {
    try {
      const events = values.map((value) => parseEvent(options.process, value));
      const { error } = sequencer.ingest(events, options.id);
      if (events.length > 0) folded(events);
      if (error) void catchUp();
    } catch {
      counters.protocolErrors++;
      void catchUp();
    }
  };

  const unlisten = environment.onSignal((signal) => {
    if (signal === 'offline' || signal === 'hidden' || over()) return;
    // After a sleep of the device the other tab may be gone, and so may what it broadcast.
    expectWithin(timing.firstByteMs);
    options.ask();
    void catchUp();
  });

  show({ state: 'connecting', attempt: 0, reason: null, error: null, nextRetryAt: null });
  expectWithin(timing.firstByteMs);
  options.ask();
  void catchUp();

  return {
    receive,
    stop() {
      stopping.abort();
      clock.clearTimeout(timer);
      unlisten();
    },
  };
}
