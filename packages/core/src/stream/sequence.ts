import { NftUpgradeError } from '../errors/error.ts';
import { createFolding } from '../machine/reduce.ts';
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
  let snapshot = initial;

  const take = (events: readonly OperationEvent[], operationId: string | null): Sequenced => {
    const folding = createFolding(process, snapshot);
    const expected = operationId ?? snapshot?.operationId ?? events[0]?.operationId;
    const applied: OperationEvent[] = [];
    let early = null as Map<number, OperationEvent> | null; // as a rule there is none
    let error: NftUpgradeError | null = null;

    const apply = (event: OperationEvent): void => {
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
        applied.push(event);
      }
    };

    for (const event of events) {
      if (event.operationId !== expected || event.process !== process.name) {
        error = new NftUpgradeError('invalid_event', {
          ...(expected !== undefined && { operationId: expected }),
          details: { field: 'operationId', problem: 'belongs to another operation' },
        });
        break;
      }
      apply(event);
      for (let next = early?.get(folding.seq() + 1); next; next = early?.get(folding.seq() + 1)) {
        early?.delete(next.seq);
        counters.reordered++;
        apply(next);
      }
    }
    snapshot = folding.snapshot();
    const gap = early !== null && early.size > 0 && !error;
    if (gap) counters.gaps++;
    return { applied, gap, error };
  };

  return { snapshot: () => snapshot, cursor: () => snapshot?.seq ?? 0, take };
}
