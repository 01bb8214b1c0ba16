import type { AnyProcess, Snapshot } from './types.ts';

/**
 * How long things usually take, in milliseconds, as the server measured it on runs that ended well;
 * null where it has not said.
 */
export interface Usual {
  /** The present status, from its begin. */
  readonly stepMs: number | null;
  /** From the begin of the present status to the end. */
  readonly leftMs: number | null;
}

/**
 * Reads `usualMs`, which the first event of an operation may carry. A guess by experience, never a
 * promise.
 */
export function usualOf(process: AnyProcess, snapshot: Snapshot | null): Usual {
  const measured = snapshot?.facts.usualMs;
  if (!snapshot || snapshot.terminal || !isDurations(measured))
    return { stepMs: null, leftMs: null };
  const stepMs = Object.hasOwn(measured, snapshot.status)
    ? (measured[snapshot.status] ?? null)
    : null;
  // Of the road ahead, what lies at or behind the present progress: a recovery keeps its progress
  // and has no usual length.
  const ahead = Object.entries(measured).filter(([status]) => {
    const progress = process.statuses[status]?.progress;
    return (
      typeof progress === 'number' && (status === snapshot.status || progress > snapshot.progress)
    );
  });
  return { stepMs, leftMs: ahead.length === 0 ? null : ahead.reduce((sum, [, ms]) => sum + ms, 0) };
}

const isDurations = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((ms) => typeof ms === 'number' && ms >= 0);
