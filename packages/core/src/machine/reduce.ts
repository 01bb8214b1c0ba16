import type { AnyProcess, OperationEvent, Snapshot } from './types.ts';

/** What became of an event. */
export type Verdict =
  | 'applied'
  /** Its number was folded in before: dropped. */
  | 'duplicate'
  /** Events before it are missing: not applied; they have to be fetched. */
  | 'gap'
  /** A status of a newer version: it moved the cursor, the asset and the progress, not the status. */
  | 'unknown'
  /** It follows where it should not: applied, since the journal is the truth, and worth counting. */
  | 'irregular'
  /** The operation had ended: dropped. */
  | 'after_end'
  /** It belongs to another operation or process: dropped. */
  | 'foreign';

export interface Folded {
  readonly snapshot: Snapshot | null;
  readonly verdict: Verdict;
}

/**
 * Folds one event into a snapshot: the one reducer of browser, server and recovery. Pure. Every dropped event leaves the snapshot object itself
 * unchanged, so subscribers compare by identity. `fold(fold(null, a), b)` over a log equals the snapshot of the server plus the rest of the log.
 */
export function fold(process: AnyProcess, snapshot: Snapshot | null, event: OperationEvent): Folded {
  const folding = createFolding(process, snapshot);
  const verdict = folding.add(event);
  return { snapshot: folding.snapshot(), verdict };
}

/** Folds a whole log, or the rest of one onto a snapshot. */
export function foldAll(process: AnyProcess, events: Iterable<OperationEvent>, snapshot: Snapshot | null = null): Snapshot | null {
  const folding = createFolding(process, snapshot);
  for (const event of events) folding.add(event);
  return folding.snapshot();
}

/** Events folded one after the other. Between two looks at the snapshot only one copy is made, however many events there are. */
export interface Folding {
  add(event: OperationEvent): Verdict;
  /** What was given to begin with as long as every event was dropped. What is handed out does not change any more. */
  snapshot(): Snapshot | null;
  /** Number of the last event folded in, 0 before the first. */
  seq(): number;
}

export function createFolding(process: AnyProcess, initial: Snapshot | null): Folding {
  let present = initial;
  let draft: Snapshot | null = null;
  /** The event whose `now` the draft has yet to take over: only the last one before a look counts. */
  let latest: OperationEvent | null = null;
  return {
    add(event) {
      const dropped = whyDropped(process, present, event);
      if (dropped) return dropped;
      const first = present === null;
      draft ??= present ? { ...present } : start(process, event);
      present = draft;
      const verdict = advance(process, draft, event, first);
      if (verdict !== 'unknown') latest = event;
      return verdict;
    },
    snapshot() {
      if (draft && latest) draft.now = pick(latest, process.statuses[latest.status]?.nowKeys ?? []);
      draft = null;
      latest = null;
      return present;
    },
    seq: () => present?.seq ?? 0,
  };
}

function whyDropped(process: AnyProcess, snapshot: Snapshot | null, event: OperationEvent): Verdict | null {
  if (event.process !== process.name || (snapshot && event.operationId !== snapshot.operationId)) return 'foreign';
  const seq = snapshot?.seq ?? 0;
  if (event.seq <= seq) return 'duplicate';
  if (snapshot?.terminal) return 'after_end';
  return event.seq > seq + 1 ? 'gap' : null;
}

/** Moves a draft on, all but its `now`. Its `facts` are shared with what was handed out, so they are replaced and never changed. */
function advance(process: AnyProcess, draft: Snapshot, event: OperationEvent, first: boolean): Verdict {
  const definition = process.statuses[event.status];
  draft.seq = event.seq;
  draft.asset = event.asset;
  draft.progress = Math.max(draft.progress, event.progress);
  draft.updatedAt = event.timestamp;
  draft.message = event.message ?? null;
  if (!definition) {
    draft.unknown++;
    return 'unknown';
  }
  const regular = first ? event.status === process.initial : follows(process, draft.status, event.status);
  if (definition.factKeys.length > 0) draft.facts = { ...draft.facts, ...pick(event, definition.factKeys) };
  if (typeof draft.facts.version === 'number') draft.version = draft.facts.version;
  draft.status = event.status;
  draft.phase = definition.phase ?? draft.phase;
  draft.terminal = definition.terminal;
  return regular ? 'applied' : 'irregular';
}

/** May `to` come right after `from`? A status that is not known may stand anywhere. */
export function follows(process: AnyProcess, from: string, to: string): boolean {
  return process.statuses[from]?.to.includes(to) ?? true;
}

function start(process: AnyProcess, event: OperationEvent): Snapshot {
  return {
    operationId: event.operationId,
    process: process.name,
    version: process.version,
    seq: 0,
    status: process.initial,
    phase: process.statuses[process.initial]?.phase ?? '',
    progress: 0,
    asset: event.asset,
    terminal: false,
    startedAt: event.timestamp,
    updatedAt: event.timestamp,
    message: null,
    unknown: 0,
    facts: {},
    now: {},
  };
}

/** Absent optional fields stay absent, so that a snapshot equals its own JSON. */
function pick(event: OperationEvent, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of keys) if (event[key] !== undefined) picked[key] = event[key];
  return picked;
}
