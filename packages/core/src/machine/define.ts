import { type Asset, envelopeSchema } from '../protocol/envelope.ts';
import type { Shape } from '../schema/index.ts';
import * as s from '../schema/index.ts';

/** One status of a phase, as data. */
export interface StatusDefinition<Facts extends Shape = Shape, Now extends Shape = Shape> {
  /** Percent shown from here on; `kept` leaves it as it is. */
  readonly progress: number | 'kept';
  /** Where the asset is; `carried` means where the phases before this one left it. */
  readonly asset: Asset | 'carried';
  /** Payload that stays true from this event on. */
  readonly facts: Facts;
  /** Payload that is true only while the operation is in this status. */
  readonly now: Now;
  /** Statuses that may follow; `next` stands for the entries of the phase that comes next in the process. */
  readonly to: readonly string[];
}

export type Statuses = Readonly<Record<string, StatusDefinition>>;

/** A kind of work with its statuses. The same phase may serve many processes; it knows none of them. */
export interface PhaseDefinition<Name extends string = string, S extends Statuses = Statuses> {
  readonly name: Name;
  /** Statuses a process may enter the phase with. */
  readonly entries: readonly string[];
  /** Where the asset is once the phase is done; left out when the phase does not touch it. */
  readonly leaves?: Asset;
  readonly statuses: S;
}

interface StatusRest {
  readonly facts?: Shape;
  readonly now?: Shape;
  readonly to?: readonly string[];
}

type Given<R extends StatusRest, K extends 'facts' | 'now'> =
  R extends Readonly<Record<K, infer S extends Shape>> ? S : Record<never, never>;

const none = {};

/** Fills in what a status leaves out. A status without `to` is terminal. */
export const status = <const Rest extends StatusRest = Record<never, never>>(
  progress: number | 'kept',
  asset: Asset | 'carried',
  rest?: Rest,
): StatusDefinition<Given<Rest, 'facts'>, Given<Rest, 'now'>> => ({
  progress,
  asset,
  facts: (rest?.facts ?? none) as Given<Rest, 'facts'>,
  now: (rest?.now ?? none) as Given<Rest, 'now'>,
  to: rest?.to ?? [],
});

export const definePhase = <const Name extends string, const S extends Statuses>(
  name: Name,
  phase: { entries: readonly (keyof S & string)[]; leaves?: Asset; statuses: S },
): PhaseDefinition<Name, S> => ({ name, ...phase });

/** A status within a process: `next` and `carried` are resolved, the schema of its events is made. */
export interface ResolvedStatus {
  readonly status: string;
  /** The phase it belongs to, or null for a status that several phases share. */
  readonly phase: string | null;
  readonly progress: number | 'kept';
  readonly asset: Asset;
  readonly factKeys: readonly string[];
  readonly nowKeys: readonly string[];
  readonly to: readonly string[];
  readonly terminal: boolean;
  /** The whole event: envelope and payload. Unknown fields are kept: a newer server may send more. */
  readonly event: s.Schema<Record<string, unknown>>;
  /** The payload alone, as an emitter gives it. Unknown fields are refused: they would be a typing mistake. */
  readonly payload: s.Schema<Record<string, unknown>>;
}

export interface ProcessDefinition<
  Name extends string = string,
  Input extends Shape = Shape,
  Phases extends readonly PhaseDefinition[] = readonly PhaseDefinition[],
> {
  readonly name: Name;
  /** Counts up when the meaning of a journalled event changes; operations in flight finish under the version they began with. */
  readonly version: number;
  /** Last segment of its routes below the base path. */
  readonly path: string;
  /** Prefix of its operation ids. */
  readonly idPrefix: string;
  /** Another name under which its events repeat the operation id, for clients that know it by that. */
  readonly idAlias?: string;
  /** Body of the start request. */
  readonly input: s.ObjectSchema<Input, s.InferShape<Input>>;
  readonly phases: Phases;
  readonly statuses: Readonly<Record<string, ResolvedStatus>>;
  /** Status of the first event. */
  readonly initial: string;
}

/** Puts phases in order. What may follow what, where the asset is and which events exist is derived here, once, for client and server. */
export function defineProcess<
  const Name extends string,
  const Input extends Shape,
  const Phases extends readonly PhaseDefinition[],
>(process: {
  name: Name;
  version: number;
  path: string;
  idPrefix: string;
  idAlias?: string;
  input: Input;
  phases: Phases;
}): ProcessDefinition<Name, Input, Phases> {
  const statuses: Record<string, ResolvedStatus> = {};
  let carried: Asset = 'safe';
  for (const [index, phase] of process.phases.entries()) {
    const next = process.phases[index + 1]?.entries ?? [];
    for (const [name, definition] of Object.entries(phase.statuses)) {
      const to = definition.to.flatMap((target) => (target === 'next' ? next : [target]));
      const earlier = statuses[name];
      statuses[name] = earlier
        ? { ...earlier, phase: null, to: [...new Set([...earlier.to, ...to])] }
        : resolve(name, phase.name, definition, definition.asset === 'carried' ? carried : definition.asset, to);
    }
    carried = phase.leaves ?? carried;
  }
  const initial = process.phases[0]?.entries[0] ?? '';
  return { ...process, input: s.strict(process.input), statuses, initial };
}

function resolve(name: string, phase: string, definition: StatusDefinition, asset: Asset, to: readonly string[]): ResolvedStatus {
  const payload = { ...definition.facts, ...definition.now };
  return {
    status: name,
    phase,
    progress: definition.progress,
    asset,
    factKeys: Object.keys(definition.facts),
    nowKeys: Object.keys(definition.now),
    to,
    terminal: to.length === 0,
    event: s.loose({ ...envelopeSchema.fields, ...payload }),
    payload: s.strict({ message: envelopeSchema.fields.message, ...payload }),
  };
}
