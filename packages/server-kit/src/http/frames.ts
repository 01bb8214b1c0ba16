import { eventFrame, heartbeatFrame, type OperationEvent, openingFrame } from '@aiw3/nft-upgrade/protocol';
import type { HandlerTiming } from './options.ts';

const encoder = new TextEncoder();
export const text = (frame: string): Uint8Array => encoder.encode(frame);

/** One event is often shown to many streams: its bytes are made once. They go when the event does. */
const made = new WeakMap<OperationEvent, Uint8Array>();

function frameOf(event: OperationEvent): Uint8Array {
  let bytes = made.get(event);
  if (!bytes) {
    bytes = text(eventFrame(event));
    made.set(event, bytes);
  }
  return bytes;
}

export interface Frames {
  /** Null when there is nothing to send. */
  readonly bytes: Uint8Array | null;
  /** How many events they are. */
  readonly count: number;
  /** The last event in them. */
  readonly last: OperationEvent | null;
  /** False when the budget ended before the events did. */
  readonly whole: boolean;
}

/** The frames of the events above a cursor, as many as the budget allows, at least one. */
export function framesOf(events: readonly OperationEvent[], after: number, budgetBytes: number): Frames {
  const [only] = events;
  if (events.length === 1 && only && only.seq > after) return { bytes: frameOf(only), count: 1, last: only, whole: true };
  const frames: Uint8Array[] = [];
  let last: OperationEvent | null = null;
  let size = 0;
  for (const event of events) {
    if (event.seq <= after) continue;
    const frame = frameOf(event);
    if (last && size + frame.byteLength > budgetBytes) return { bytes: Buffer.concat(frames), count: frames.length, last, whole: false };
    frames.push(frame);
    size += frame.byteLength;
    last = event;
  }
  return { bytes: last ? Buffer.concat(frames) : null, count: frames.length, last, whole: true };
}

let openings = new Map<string, Uint8Array>();

export function opening(timing: HandlerTiming): Uint8Array {
  const frame = openingFrame(timing);
  const bytes = openings.get(frame) ?? text(frame);
  // One handler has one; tests have many.
  if (openings.size > 100) openings = new Map();
  openings.set(frame, bytes);
  return bytes;
}

export const heartbeat = (now: number): Uint8Array => text(heartbeatFrame(now));
