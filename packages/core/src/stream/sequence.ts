import { NftUpgradeError } from '../errors/error.ts';
import { createFolding, type Verdict } from '../machine/reduce.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import type { Counters } from './counters.ts';

/** What became of a chunk of events. */
export interface Sequenced {
  /** Newly folded events, in order, each exactly once over the life of the sequencer. */
  readonly applied: readonly OperationEvent[];
  /** True when an event is missing: the log has to be read again from the cursor. */
  readonly gap: boolean;
  /** Set when an event belongs to another operation: the stream is not ours. */
  readonly error: NftUpgradeError | null;
}

export interface Sequencer {
  snapshot(): Snapshot | null;
  /** Number of the last folded event, 0 before the first. */
  cursor(): number;
  /** Folds what came in one chunk. Duplicates are dropped, early events wait for the rest of the chunk. */
  take(events: readonly OperationEvent[], operationId: string | null): Sequenced;
}

/** Early events that wait within one chunk; past that the log is read again. */
const MAX_EARLY = 256;

/** Puts events in order around the one reducer. */
export function createSequencer(process: AnyProcess, initial: Snapshot | null, counters: Counters): Sequencer {
  const folding = createFolding(process, initial);
  let early: Map<number, OperationEvent> | null = null; // as a rule there is none
  /** Those of a chunk that were folded in; null as long as it is all of them. */
  let applied: OperationEvent[] | null = null;

  const apply = (event: OperationEvent): Verdict => {
    const verdict = folding.add(event);
    if (verdict === 'duplicate') counters.duplicates++;
    else if (verdict === 'after_end') counters.afterEnd++;
    else if (verdict === 'gap') {
      if (early?.has(event.seq)) counters.duplicates++;
      else if (!early || early.size < MAX_EARLY) early = (early ?? new Map<number, OperationEvent>()).set(event.seq, event);
    } else if (verdict !== 'foreign') {
      if (verdict === 'unknown') counters.unknown++;
      if (verdict === 'irregular') counters.irregular++;
      counters.events++;
      applied?.push(event);
    }
    return verdict;
  };

  const take = (events: readonly OperationEvent[], operationId: string | null): Sequenced => {
    // Once there is a snapshot, the reducer knows whose events it takes.
    const expected = folding.seq() > 0 ? null : (operationId ?? events[0]?.operationId);
    applied = null;
    early = null;
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as OperationEvent;
      const verdict = expected !== null && event.operationId !== expected ? 'foreign' : apply(event);
      if (verdict === 'foreign')
        return { applied: applied ?? events.slice(0, index), gap: false, error: foreign(expected ?? folding.snapshot()?.operationId) };
      if (verdict === 'duplicate' || verdict === 'after_end' || verdict === 'gap') applied ??= events.slice(0, index);
      if (early) heal(early);
    }
    const gap = early !== null && (early as Map<number, OperationEvent>).size > 0;
    if (gap) counters.gaps++;
    return { applied: applied ?? events, gap, error: null };
  };

  /** Puts early events in their place, as far as there is no hole. */
  const heal = (waiting: Map<number, OperationEvent>): void => {
    for (let next = waiting.get(folding.seq() + 1); next; next = waiting.get(folding.seq() + 1)) {
      waiting.delete(next.seq);
      counters.reordered++;
      apply(next);
    }
  };

  return { snapshot: folding.snapshot, cursor: folding.seq, take };
}

const foreign = (operationId: string | undefined) =>
  new NftUpgradeError('invalid_event', { operationId, details: { field: 'operationId', expected: operationId } });
