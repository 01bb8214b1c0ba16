import { NftUpgradeError } from '../errors/index.ts';
import { fold } from '../machine/reduce.ts';
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
  const cursor = () => snapshot?.seq ?? 0;

  const take = (events: readonly OperationEvent[], operationId: string | null): Sequenced => {
    const applied: OperationEvent[] = [];
    const early = new Map<number, OperationEvent>();
    let error: NftUpgradeError | null = null;

    const apply = (event: OperationEvent): void => {
      const folded = fold(process, snapshot, event);
      if (folded.verdict === 'duplicate') counters.duplicates++;
      else if (folded.verdict === 'after_end') counters.afterEnd++;
      else if (folded.verdict === 'gap') {
        if (early.has(event.seq)) counters.duplicates++;
        else if (early.size < MAX_EARLY) early.set(event.seq, event);
      } else if (folded.verdict !== 'foreign') {
        if (folded.verdict === 'unknown') counters.unknown++;
        if (folded.verdict === 'irregular') counters.irregular++;
        counters.events++;
        snapshot = folded.snapshot;
        applied.push(event);
      }
    };

    for (const event of events) {
      const expected = operationId ?? snapshot?.operationId ?? event.operationId;
      if (event.operationId !== expected || event.process !== process.name) {
        error = new NftUpgradeError('invalid_event', {
          operationId: expected,
          details: { field: 'operationId', problem: 'belongs to another operation' },
        });
        break;
      }
      apply(event);
      for (let next = early.get(cursor() + 1); next; next = early.get(cursor() + 1)) {
        early.delete(next.seq);
        counters.reordered++;
        apply(next);
      }
    }
    const gap = early.size > 0 && !error;
    if (gap) counters.gaps++;
    return { applied, gap, error };
  };

  return { snapshot: () => snapshot, cursor, take };
}
