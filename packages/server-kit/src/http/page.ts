import { type AnyProcess, eventFrame, type OperationEvent } from '@aiw3/nft-upgrade/protocol';

/** Events that are read at once. */
export const PAGE = 32;

/** What streams at one place of a log are shown next: made once for all of them. */
export interface Page {
  /** The frames; null when there is nothing to send. */
  readonly chunk: Uint8Array | null;
  /** How many events they are. */
  readonly count: number;
  /** Number of the last event in them, or where the page began. */
  readonly cursor: number;
  /** The log may have more already. */
  readonly more: boolean;
  /** Nothing can follow. */
  readonly terminal: boolean;
}

/**
 * The frames of the events above a cursor, as many as the budget allows, at least one. `ended`: the
 * log had its terminal event before it was read.
 */
export function pageOf(
  events: readonly OperationEvent[],
  after: number,
  { process, budgetBytes, ended }: { process: AnyProcess; budgetBytes: number; ended: boolean },
): Page {
  let text = '';
  let bytes = 0;
  let count = 0;
  let last: OperationEvent | null = null;
  let whole = true;
  for (const event of events) {
    if (event.seq <= after) continue;
    const frame = eventFrame(event);
    bytes += Buffer.byteLength(frame);
    if (last && bytes > budgetBytes) {
      whole = false;
      break;
    }
    text += frame;
    count += 1;
    last = event;
  }
  const more = !whole || events.length >= PAGE;
  return {
    chunk: last ? Buffer.from(text) : null,
    count,
    cursor: last ? last.seq : after,
    more,
    terminal:
      !more && (last && process.find(last.status) ? isTerminal(process, last.status) : ended),
  };
}

const isTerminal = (process: AnyProcess, status: string): boolean =>
  Object.hasOwn(process.statuses, status) && process.statuses[status]?.terminal === true;
