import type { AnyProcess, OperationEvent } from '../protocol/index.ts';
import { sampleEvents } from './samples.ts';

/**
 * One legal run of a process, chosen by numbers: the n-th choice picks among the statuses that may
 * follow. Ends at a terminal status or when the choices are used up. With random numbers it is a
 * generator of every run there can be.
 */
export function sampleWalk(process: AnyProcess, choices: readonly number[]): OperationEvent[] {
  const statuses = [process.initial];
  for (const choice of choices) {
    const to = process.statuses[statuses.at(-1) ?? '']?.to ?? [];
    const following = to[Math.abs(Math.trunc(choice)) % Math.max(1, to.length)];
    if (following === undefined) break;
    statuses.push(following);
  }
  return sampleEvents(process, statuses);
}
