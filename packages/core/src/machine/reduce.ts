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
  if (event.process !== process.name || (snapshot && event.operationId !== snapshot.operationId)) return { snapshot, verdict: 'foreign' };
  const seq = snapshot?.seq ?? 0;
  if (event.seq <= seq) return { snapshot, verdict: 'duplicate' };
  if (snapshot?.terminal) return { snapshot, verdict: 'after_end' };
  if (event.seq > seq + 1) return { snapshot, verdict: 'gap' };

  const definition = Object.hasOwn(process.statuses, event.status) ? process.statuses[event.status] : undefined;
  const progress = Math.max(snapshot?.progress ?? 0, event.progress);
  const moved = { seq: event.seq, asset: event.asset, progress, updatedAt: event.timestamp, message: event.message ?? null };

  if (!definition) {
    const before = snapshot ?? start(process, event);
    return { snapshot: { ...before, ...moved, unknown: before.unknown + 1 }, verdict: 'unknown' };
  }

  const regular = snapshot ? follows(process, snapshot.status, event.status) : event.status === process.initial;
  const before = snapshot ?? start(process, event);
  const facts = definition.factKeys.length > 0 ? { ...before.facts, ...pick(event, definition.factKeys) } : before.facts;
  return {
    snapshot: {
      ...before,
      ...moved,
      version: typeof facts.version === 'number' ? facts.version : before.version,
      status: event.status,
      phase: definition.phase ?? before.phase,
      terminal: definition.terminal,
      facts,
      now: pick(event, definition.nowKeys),
    },
    verdict: regular ? 'applied' : 'irregular',
  };
}

/** Folds a whole log, or the rest of one onto a snapshot. */
export function foldAll(process: AnyProcess, events: Iterable<OperationEvent>, snapshot: Snapshot | null = null): Snapshot | null {
  let folded = snapshot;
  for (const event of events) folded = fold(process, folded, event).snapshot;
  return folded;
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
