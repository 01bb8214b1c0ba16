import type { Environment } from '../client/environment.ts';
import type { WalletStatus } from '../client/wallet-state.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import { processes as allProcesses, type Processes } from '../processes/index.ts';
import type { StreamEntry } from './attempt.ts';
import type { Connection } from './connection.ts';
import { type Counters, newCounters } from './counters.ts';
import { createSequencer, type Sequencer } from './sequence.ts';

/**
 * One thing that happened to an operation in this client. Errors are in it as their `toJSON()`;
 * tokens, headers and addresses are not.
 */
export type TimelineEntry =
  | StreamEntry
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'wallet'; readonly wallet: WalletStatus };

/** Where and when an entry was made. */
export interface TimelineSource {
  /**
   * Counts the operations of this timeline from 1: an operation has no id before the server has
   * named it.
   */
  readonly run: number;
  readonly process: string;
  readonly operationId: string | null;
  /** Milliseconds since the epoch by the client's clock. */
  readonly at: number;
}

/**
 * A recording of what a client saw and did, for a bug report. Pass it as `timeline` to
 * `createUpgradeClient()`.
 */
export interface Timeline {
  /** Lines that were dropped because of the bound. */
  readonly dropped: number;
  /**
   * Begins the next operation. What it gives records one more thing; the oldest goes when there is
   * no room. It never throws: a recording that fails must not stop what it records.
   */
  begin(
    operation: { readonly process: string; readonly id: () => string | null },
    environment: Pick<Environment, 'clock' | 'reportError'>,
  ): (entry: TimelineEntry) => void;
  /** All lines, oldest first, as NDJSON. */
  toNDJSON(): string;
}

/** How a recording is made. */
export interface TimelineOptions {
  /** Bound of the whole; the oldest lines are dropped beyond it. Default 2 000 000. */
  maxCharacters?: number;
  /** Called after each line. */
  onLine?: () => void;
}

/**
 * Makes an empty recording.
 */
export function createTimeline({
  maxCharacters = 2_000_000,
  onLine,
}: TimelineOptions = {}): Timeline {
  let lines: string[] = [];
  let characters = 0;
  let dropped = 0;
  let runs = 0;
  const add = (source: TimelineSource, entry: TimelineEntry) => {
    const line = `${JSON.stringify({ ...source, ...entry })}\n`;
    lines.push(line);
    characters += line.length;
    if (characters <= maxCharacters) return;
    // A quarter at once: dropping one line at a time would move the whole list each time.
    let from = 0;
    while (from < lines.length && characters > maxCharacters * 0.75)
      characters -= lines[from++]?.length ?? 0;
    dropped += from;
    lines = lines.slice(from);
  };
  return {
    get dropped() {
      return dropped;
    },
    begin({ process, id }, { clock, reportError }) {
      const run = ++runs;
      return (entry) => {
        try {
          add({ run, process, operationId: id(), at: clock.now() }, entry);
          onLine?.();
        } catch (thrown) {
          reportError(thrown);
        }
      };
    },
    toNDJSON: () => lines.join(''),
  };
}

/** An operation as a recording leaves it. */
export interface Replayed {
  readonly process: string;
  readonly operationId: string | null;
  readonly operation: Snapshot | null;
  readonly connection: unknown;
  readonly wallet: unknown;
  /**
   * Those that come from events: `events`, `duplicates`, `gaps`, `reordered`, `unknown`,
   * `irregular`, `afterEnd`.
   */
  readonly counters: Counters;
  /** State of the operation after each line that changed it. */
  readonly snapshots: readonly Snapshot[];
}

interface Replay {
  process: AnyProcess;
  operationId: string | null;
  sequencer: Sequencer;
  counters: Counters;
  connection: unknown;
  wallet: unknown;
  snapshots: Snapshot[];
}

type Line = TimelineSource &
  (StreamEntry | { kind: 'connection'; connection: unknown } | { kind: 'wallet'; wallet: unknown });

/**
 * Runs a recording through the same sequencer and reducer as the live client, one result for each
 * operation, in the order of their start. Lines of processes that are not given are passed over.
 * @throws SyntaxError for a line that is no JSON
 */
export function replayTimeline(ndjson: string, processes: Processes = allProcesses): Replayed[] {
  const runs = new Map<number, Replay>();
  for (const text of ndjson.split('\n')) {
    if (text.trim() === '') continue;
    const line = JSON.parse(text) as Line;
    const process = processes[line.process];
    if (!process) continue;
    const replay = runs.get(line.run) ?? begin(process);
    runs.set(line.run, replay);
    play(replay, line);
  }
  return [...runs.values()].map(({ process, sequencer, ...rest }) => ({
    process: process.name,
    operation: sequencer.snapshot(),
    ...rest,
  }));
}

function begin(process: AnyProcess): Replay {
  const counters = newCounters();
  const sequencer = createSequencer(process, null, counters);
  return {
    process,
    operationId: null,
    sequencer,
    counters,
    connection: null,
    wallet: null,
    snapshots: [],
  };
}

function play(replay: Replay, line: Line): void {
  replay.operationId = line.operationId ?? replay.operationId;
  if (line.kind === 'connection') replay.connection = line.connection;
  else if (line.kind === 'wallet') replay.wallet = line.wallet;
  else if (
    line.kind === 'attempt' &&
    line.snapshot &&
    line.snapshot.seq > replay.sequencer.cursor()
  ) {
    // The lines before were dropped, or it was attached from a snapshot.
    replay.sequencer = createSequencer(replay.process, line.snapshot, replay.counters);
  } else if (line.kind === 'chunk') {
    const before = replay.sequencer.snapshot();
    replay.sequencer.ingest(line.events, replay.operationId);
    const after = replay.sequencer.snapshot();
    if (after && after !== before) replay.snapshots.push(after);
  }
}
