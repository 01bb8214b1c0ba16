import { isDelivered } from './select.ts';
import type { AnyProcess, Snapshot } from './types.ts';

/**
 * - `done`: behind
 * - `current`: under way
 * - `stopped`: the operation ended here without its goal, or waits for people
 * - `upcoming`: not begun
 */
export type StepState = 'done' | 'current' | 'stopped' | 'upcoming';

/** One phase of a process as a step of a list. */
export interface Step {
  /** Name of the phase; a label for people is in the messages. */
  readonly name: string;
  readonly state: StepState;
}

/**
 * The phases of a process, and how far an operation has come. All `upcoming` before its first
 * event.
 */
export function stepsOf(process: AnyProcess, snapshot: Snapshot | null): readonly Step[] {
  const at = snapshot ? process.phases.indexOf(snapshot.phase) : -1;
  const delivered = snapshot !== null && isDelivered(snapshot);
  const stopped = snapshot !== null && (snapshot.terminal || snapshot.status === 'needs_attention');
  return process.phases.map((name, index) => {
    if (delivered || index < at) return { name, state: 'done' };
    if (index > at) return { name, state: 'upcoming' };
    return { name, state: stopped ? 'stopped' : 'current' };
  });
}
