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

/** Puts events in order around the one reducer. */
export function createSequencer(process: AnyProcess, initial: Snapshot | null, counters: Counters): Sequencer {
  const folding = createFolding(process, initial);
  /** Those of a chunk that were folded in. */
  let applied: OperationEvent[] = [];
  /** Those of a chunk before which one is missing; null as a rule. */
  let early: OperationEvent[] | null = null;

  const apply = (event: OperationEvent): Verdict => {
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
      applied.push(event);
    }
    return verdict;
  };

  const take = (events: readonly OperationEvent[], operationId: string | null): Sequenced => {
    // Once there is a snapshot, the reducer knows whose events it takes.
    const expected = folding.seq() > 0 ? null : (operationId ?? events[0]?.operationId);
    applied = [];
    early = null;
    for (const event of events)
      if ((expected !== null && event.operationId !== expected) || apply(event) === 'foreign')
        return { applied, gap: false, error: foreign(expected ?? folding.snapshot()?.operationId) };
    if (early) heal(early);
    const gap = early !== null;
    if (gap) counters.gaps++;
    return { applied, gap, error: null };
  };

  /** Tries early events once more, in their order. */
  const heal = (waiting: OperationEvent[]): void => {
    early = null;
    counters.reordered -= applied.length;
    for (const event of waiting.sort((a, b) => a.seq - b.seq)) apply(event);
    counters.reordered += applied.length;
  };

  return { snapshot: folding.snapshot, cursor: folding.seq, take };
}

const foreign = (operationId: string | undefined) =>
  new NftUpgradeError('invalid_event', { operationId, details: { field: 'operationId', expected: operationId } });
