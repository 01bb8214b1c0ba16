import type { AnyProcess, OperationEvent, Snapshot } from '@aiw3/nft-upgrade';

export interface Step {
  /** Name of the phase. */
  readonly phase: string;
  readonly state: 'done' | 'now' | 'trouble' | 'stopped' | 'to_come';
  /** The last event in it. */
  readonly last: OperationEvent | null;
  /** From its first event to the first of the next phase; null while it lasts. */
  readonly ms: number | null;
}

const TROUBLE = ['upload_failed', 'mint_failed', 'recovering', 'needs_attention'];

/** The phases of a process, with what the events of one run say about each. Works for every process: it reads the definition. */
export function stepsOf(process: AnyProcess, events: readonly OperationEvent[], snapshot: Snapshot | null): Step[] {
  const byPhase = new Map<string, OperationEvent[]>();
  let phase = process.phases[0]?.name ?? '';
  for (const event of events) {
    // A status that several phases share, such as `recovering`, belongs to the one it came up in.
    phase = process.statuses[event.status]?.phase ?? phase;
    byPhase.set(phase, [...(byPhase.get(phase) ?? []), event]);
  }
  const names = process.phases.map(({ name }) => name);
  const at = names.indexOf(phase);
  return names.map((name, index) => {
    const own = byPhase.get(name) ?? [];
    const first = own[0];
    const after = names.slice(index + 1).flatMap((later) => byPhase.get(later)?.slice(0, 1) ?? [])[0];
    const end = after ?? (snapshot?.terminal ? own.at(-1) : undefined);
    const ms = first && end && index <= at ? Date.parse(end.timestamp) - Date.parse(first.timestamp) : null;
    return { phase: name, state: stateOf(index, at, snapshot), last: own.at(-1) ?? null, ms };
  });
}

function stateOf(index: number, at: number, snapshot: Snapshot | null): Step['state'] {
  if (index < at || snapshot?.status === 'completed') return 'done';
  if (index > at) return 'to_come';
  if (snapshot?.terminal) return 'stopped';
  return snapshot && TROUBLE.includes(snapshot.status) ? 'trouble' : 'now';
}
