/**
 * What a client saw and healed, counted since the operation was started or attached. For support
 * and for tests.
 */
export interface Counters {
  /** Start requests sent. More than one means that the first ones were lost. */
  posts: number;
  /** Connections of any kind that were tried. */
  attempts: number;
  /** Pages of events that were fetched instead of streamed. */
  polls: number;
  /** Events folded in. */
  events: number;
  /** Events seen before, and dropped. */
  duplicates: number;
  /** Times that an event was missing and the log was read again. */
  gaps: number;
  /** Events that came too early and were put in their place. */
  reordered: number;
  /** Events with a status this version does not know. */
  unknown: number;
  /** Events that followed where they should not. */
  irregular: number;
  /** Events after the end, dropped. */
  afterEnd: number;
  /** Frames, pages or connections that were not of this protocol. */
  protocolErrors: number;
  /** Connections given up because nothing came any more. */
  silences: number;
  /** Times that the server did not know the cursor and sent the log from its start. */
  cursorsLost: number;
}

export const newCounters = (): Counters => ({
  posts: 0,
  attempts: 0,
  polls: 0,
  events: 0,
  duplicates: 0,
  gaps: 0,
  reordered: 0,
  unknown: 0,
  irregular: 0,
  afterEnd: 0,
  protocolErrors: 0,
  silences: 0,
  cursorsLost: 0,
});
