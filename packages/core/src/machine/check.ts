import type { AnyProcess } from './types.ts';

/**
 * Proves the promises of a process definition before anything runs under it. Returns what is wrong,
 * in sentences; an empty list is a sound process.
 *
 * - every status that is named exists, and every status can be reached
 * - every status can reach an end
 * - once the asset is owed, it stays owed until it is delivered, and every end from there is a
 *   delivery
 * - progress lies in 0–100, and only an end that owes nothing may show less than what went before
 */
export function check(process: AnyProcess): string[] {
  const problems: string[] = [];
  const { statuses, initial } = process;
  const names = Object.keys(statuses);
  if (!statuses[initial])
    return [`${process.name}: the first phase names no entry that exists (“${initial}”)`];

  for (const name of names) {
    for (const target of statuses[name]?.to ?? [])
      if (!statuses[target]) problems.push(`${name} leads to ${target}, which does not exist`);
    const progress = statuses[name]?.progress;
    if (typeof progress === 'number' && (progress < 0 || progress > 100))
      problems.push(`${name} has a progress of ${progress}, outside of 0 to 100`);
  }

  const reached = reach(process, initial);
  for (const name of names) if (!reached.has(name)) problems.push(`${name} can never be reached`);

  for (const name of names) {
    const ahead = [...reach(process, name)];
    const ends = ahead.filter((status) => statuses[status]?.terminal);
    if (ends.length === 0) problems.push(`${name} can reach no end`);
    if (statuses[name]?.asset === 'burned_owed') {
      for (const status of ahead) {
        const asset = statuses[status]?.asset;
        if (asset === 'safe' || asset === 'at_risk')
          problems.push(`${name} owes an asset, yet leads to ${status}, which says “${asset}”`);
      }
      for (const end of ends)
        if (statuses[end]?.asset !== 'delivered')
          problems.push(`${name} owes an asset, yet may end in ${end}`);
    }
  }
  return problems.map((problem) => `${process.name}: ${problem}`);
}

function reach(process: AnyProcess, from: string): Set<string> {
  const seen = new Set([from]);
  for (const name of seen) for (const target of process.statuses[name]?.to ?? []) seen.add(target);
  return seen;
}
