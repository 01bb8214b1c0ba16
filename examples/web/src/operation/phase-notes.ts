import type { AnyProcess, OperationEvent } from '@aiw3/nft-upgrade';

export interface PhaseNote {
  /** The last event in the phase. */
  readonly last: OperationEvent;
  /**
   * From its first event to the first of the next phase, or to the end; null while it lasts. By the
   * clock of the server.
   */
  readonly ms: number | null;
}

/** What the events of a run say about each phase of its process. */
export function phaseNotes(
  process: AnyProcess,
  events: readonly OperationEvent[],
): ReadonlyMap<string, PhaseNote> {
  const byPhase = new Map<string, OperationEvent[]>();
  let phase = process.phases[0] ?? '';
  for (const event of events) {
    // A status that several phases share, such as `recovering`, belongs to the one it came up in.
    phase = process.statuses[event.status]?.phase ?? phase;
    const own = byPhase.get(phase) ?? [];
    own.push(event);
    byPhase.set(phase, own);
  }
  const groups = [...byPhase];
  return new Map(
    groups.map(([name, own], index) => {
      const [first, last] = [own[0], own.at(-1)] as [OperationEvent, OperationEvent];
      const ended = process.statuses[last.status]?.terminal ? last : undefined;
      const end = groups[index + 1]?.[1][0] ?? ended;
      return [
        name,
        { last, ms: end ? Date.parse(end.timestamp) - Date.parse(first.timestamp) : null },
      ];
    }),
  );
}
