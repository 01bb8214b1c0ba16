import { NftUpgradeError } from '../errors/error.ts';
import { createFolding, type FoldVerdict } from '../machine/reduce.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import type { Counters } from './counters.ts';

/** What became of a chunk of events. */
export interface Sequenced {
  /** True when an event is missing: the log has to be read again from the cursor. */
  readonly gap: boolean;
  /** Set when an event belongs to another operation: the stream is not ours. */
  readonly error: NftUpgradeError | null;
}

export interface Sequencer {
  snapshot(): Snapshot | null;
  /** Number of the last folded event, 0 before the first. */
  cursor(): number;
  /**
   * Folds what came in one chunk. Early events wait for the rest of it. Leaves in the list what was
   * folded in, in order, each event exactly once over the life of the sequencer.
   */
  ingest(events: OperationEvent[], operationId: string | null): Sequenced;
}

/** Puts events in order around the one reducer. */
export function createSequencer(
  process: AnyProcess,
  initial: Snapshot | null,
  counters: Counters,
): Sequencer {
  const folding = createFolding(process, initial);
  /**
   * The chunk, in which those that were folded in come first. A list of their own would be the
   * most expensive thing here.
   */
  let applied: OperationEvent[];
  let kept = 0;
  /** Those of a chunk before which one is missing; null as a rule. */
  let early: OperationEvent[] | null = null;

  const apply = (event: OperationEvent): FoldVerdict => {
    const verdict = folding.add(event);
    if (verdict === 'duplicate') counters.duplicates++;
    else if (verdict === 'after_end') counters.afterEnd++;
    else if (verdict === 'gap') {
      early ??= [];
      early.push(event);
    } else if (verdict !== 'foreign') {
      if (verdict === 'unknown') counters.unknown++;
      if (verdict === 'irregular') counters.irregular++;
      counters.events++;
      applied[kept++] = event;
    }
    return verdict;
  };

  const ingest = (events: OperationEvent[], operationId: string | null): Sequenced => {
    // Once there is a snapshot, the reducer knows whose events it takes.
    const expected = folding.seq() > 0 ? null : (operationId ?? events[0]?.operationId);
    applied = events;
    kept = 0;
    early = null;
    let error: NftUpgradeError | null = null;
    for (const event of events)
      if ((expected !== null && event.operationId !== expected) || apply(event) === 'foreign') {
        error = foreign(expected ?? folding.snapshot()?.operationId);
        break;
      }
    if (early && !error) heal(early);
    events.length = kept;
    const gap = early !== null && !error;
    if (gap) counters.gaps++;
    return { gap, error };
  };

  /** Tries early events once more, in their order. */
  const heal = (waiting: OperationEvent[]): void => {
    early = null;
    counters.reordered -= kept;
    for (const event of waiting.sort((a, b) => a.seq - b.seq)) apply(event);
    counters.reordered += kept;
  };

  return { snapshot: folding.snapshot, cursor: folding.seq, ingest };
}

const foreign = (operationId: string | undefined) =>
  new NftUpgradeError('invalid_event', {
    operationId,
    details: { field: 'operationId', expected: operationId },
  });
