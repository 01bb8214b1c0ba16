import { eventFrame, type OperationEvent } from '@aiw3/nft-upgrade/protocol';

interface Frame {
  readonly text: string;
  readonly bytes: number;
}

/** One event is often shown to many streams: its frame is made once. It goes when the event does. */
const made = new WeakMap<OperationEvent, Frame>();

function frameOf(event: OperationEvent): Frame {
  let frame = made.get(event);
  if (!frame) {
    const text = eventFrame(event);
    frame = { text, bytes: Buffer.byteLength(text) };
    made.set(event, frame);
  }
  return frame;
}

export interface Frames {
  /** Empty when there is nothing to send. */
  readonly text: string;
  /** How many events they are. */
  readonly count: number;
  /** The last event in them. */
  readonly last: OperationEvent | null;
  /** False when the budget ended before the events did. */
  readonly whole: boolean;
}

/** The frames of the events above a cursor, as many as the budget allows, at least one. */
export function framesOf(events: readonly OperationEvent[], after: number, budgetBytes: number): Frames {
  let text = '';
  let bytes = 0;
  let count = 0;
  let last: OperationEvent | null = null;
  for (const event of events) {
    if (event.seq <= after) continue;
    const frame = frameOf(event);
    bytes += frame.bytes;
    if (last && bytes > budgetBytes) return { text, count, last, whole: false };
    text += frame.text;
    count += 1;
    last = event;
  }
  return { text, count, last, whole: true };
}
