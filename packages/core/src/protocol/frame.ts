import type { OperationEvent } from '../machine/types.ts';
import { PROTOCOL_VERSION } from './version.ts';

/**
 * One event as a Server-Sent Events frame. Only log events carry an id, so that heartbeats never
 * move the cursor. `event:` is left out: a client of the guide reads `data:` lines only. JSON
 * escapes every line break, so one `data:` line is enough.
 */
export const eventFrame = (event: OperationEvent): string =>
  `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;

/**
 * First frame of every connection: how long to wait before reconnecting, and how often a heartbeat
 * comes. Milliseconds.
 * @param protocol the version that the client speaks; the newest by default
 */
export const openingFrame = (
  timing: { retryMs: number; heartbeatMs: number },
  protocol: number = PROTOCOL_VERSION,
): string => `retry: ${timing.retryMs}\n: heartbeat=${timing.heartbeatMs} protocol=${protocol}\n\n`;

/**
 * A comment that keeps the connection alive. It carries the server's time, by which a client sees
 * that something on the way holds frames back.
 */
export const heartbeatFrame = (now: number): string => `: time=${now}\n\n`;

/** What comments of this protocol say. Anything else in a comment is ignored. */
export interface FrameComment {
  /** Milliseconds between two heartbeats. */
  heartbeat?: number;
  protocol?: number;
  /** Server time, milliseconds since the epoch. */
  time?: number;
}

/** What a comment says; empty for any other comment. */
export function parseComment(comment: string): FrameComment {
  const pairs = comment.matchAll(/\b(heartbeat|protocol|time)=(\d{1,16})\b/g);
  return Object.fromEntries(Array.from(pairs, ([, key, digits]) => [key, Number(digits)]));
}
