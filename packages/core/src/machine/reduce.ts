import type { ResolvedStatus } from './process.ts';
import type { AnyProcess, OperationEvent, Snapshot } from './types.ts';

/** What became of an event. */
export type FoldVerdict =
  | 'applied'
  /** Its number was folded in before: dropped. */
  | 'duplicate'
  /** Events before it are missing: not applied; they have to be fetched. */
  | 'gap'
  /**
   * A status of a newer version: it moved the cursor, the asset and the progress, not the status.
   */
  | 'unknown'
  /**
   * It follows where it should not: applied, since the journal is the truth, and worth counting.
   */
  | 'irregular'
  /** The operation had ended: dropped. */
  | 'after_end'
  /** It belongs to another operation or process: dropped. */
  | 'foreign';

/** The snapshot after an event, and what became of the event. */
export interface Folded {
  readonly snapshot: Snapshot | null;
  readonly verdict: FoldVerdict;
}

/**
 * Folds one event into a snapshot: the one reducer of browser, server and recovery. Pure. Every
 * dropped event leaves the snapshot object itself unchanged, so subscribers compare by identity.
 * `fold(fold(null, a), b)` over a log equals the snapshot of the server plus the rest of the log.
 */
export function fold(
  process: AnyProcess,
  snapshot: Snapshot | null,
  event: OperationEvent,
): Folded {
  const folding = createFolding(process, snapshot);
  const verdict = folding.add(event);
  return { snapshot: folding.snapshot(), verdict };
}

/** Folds a whole log, or the rest of one onto a snapshot. */
export function foldAll(
  process: AnyProcess,
  events: Iterable<OperationEvent>,
  snapshot: Snapshot | null = null,
): Snapshot | null {
  const folding = createFolding(process, snapshot);
  for (const event of events) folding.add(event);
  return folding.snapshot();
}

/**
 * Events folded one after the other. Between two looks at the snapshot only one copy is made,
 * however many events there are.
 */
export interface Folding {
  /** Folds in one more event, and says what became of it. */
  add(event: OperationEvent): FoldVerdict;
  /**
   * What was given to begin with as long as every event was dropped. What is handed out does not
   * change any more.
   */
  snapshot: () => Snapshot | null;
  /** Number of the last event folded in, 0 before the first. */
  seq: () => number;
}

/** Begins a folding, from a snapshot or from nothing. */
export function createFolding(process: AnyProcess, initial: Snapshot | null): Folding {
  let present = initial;
  /** What nobody has seen yet. */
  let draft: Snapshot | null = null;
  /**
   * The event of which the draft has yet to take over what holds for the time being: only the last
   * one before a look counts.
   */
  let latest: OperationEvent | null = null;
  /**
   * The status the operation is in; undefined before the first event, and in one that is not known.
   */
  let status = initial ? process.statuses[initial.status] : undefined;

  const add = (event: OperationEvent): FoldVerdict => {
    const dropped = whyDropped(process, present, event);
    if (dropped) return dropped;
    const next = process.find(event.status);
    if (!next) snapshot(); // `now` stays what it was before
    const first = present === null;
    if (!draft) present = draft = present ? { ...present } : start(process, event);
    draft.seq++;
    draft.progress = Math.max(draft.progress, event.progress);
    if (!next) {
      advance(draft, event);
      draft.unknown++;
      draft = null;
      return 'unknown';
    }
    const regular = first
      ? next.status === process.initial
      : !status || status.to.includes(next.status);
    enter(draft, event, next);
    latest = event;
    status = next;
    return regular ? 'applied' : 'irregular';
  };

  const snapshot = (): Snapshot | null => {
    if (draft && latest && status) {
      advance(draft, latest);
      draft.now = pick(latest, status.nowKeys);
    }
    draft = null;
    latest = null;
    return present;
  };

  return { add, snapshot, seq: () => present?.seq ?? 0 };
}

/**
 * Each field of an event is read once, and only where it counts: events have as many shapes as
 * there are statuses, which makes every look at them expensive.
 */
function whyDropped(
  process: AnyProcess,
  snapshot: Snapshot | null,
  { process: name, operationId, seq }: OperationEvent,
): FoldVerdict | null {
  if (name !== process.name || (snapshot && operationId !== snapshot.operationId)) return 'foreign';
  const cursor = snapshot?.seq ?? 0;
  if (seq <= cursor) return 'duplicate';
  if (snapshot?.terminal) return 'after_end';
  return seq > cursor + 1 ? 'gap' : null;
}

/** What the last event says for the time being, whatever its status. */
function advance(draft: Snapshot, { asset, timestamp, message }: OperationEvent): void {
  draft.asset = asset;
  draft.updatedAt = timestamp;
  draft.message = message ?? null;
}

/**
 * Takes a draft into a status, all but its `now`. Its `facts` are shared with what was handed out,
 * so they are replaced and never changed.
 */
function enter(
  draft: Snapshot,
  event: OperationEvent,
  { factKeys, status, phase, terminal }: ResolvedStatus,
): void {
  if (factKeys.length > 0) {
    draft.facts = { ...draft.facts, ...pick(event, factKeys) };
    if (typeof draft.facts.version === 'number') draft.version = draft.facts.version;
  }
  draft.status = status;
  draft.phase = phase ?? draft.phase;
  draft.terminal = terminal;
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
  for (const key of keys) {
    const value = event[key];
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}
