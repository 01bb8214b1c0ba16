import * as z from 'zod/mini';
import type { Asset } from '../protocol/asset.ts';
import { fieldsFromZod } from '../schema/from-zod.ts';
import { type ProcessData, processFrom, type StatusData } from './data.ts';
import type { ProcessDefinition } from './process.ts';

/** The fields of a payload, as zod schemas. */
export type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** One status of a phase, as data. */
export interface StatusDefinition<Facts extends Shape = Shape, Now extends Shape = Shape> {
  /** Percent shown from here on; `kept` leaves it as it is. */
  readonly progress: number | 'kept';
  /** Where the asset is; `inherited` means where the phases before this one left it. */
  readonly asset: Asset | 'inherited';
  /** Payload that stays true from this event on. */
  readonly facts: Facts;
  /** Payload that is true only while the operation is in this status. */
  readonly now: Now;
  /**
   * Statuses that may follow; `next` stands for the entries of the phase that comes next in the
   * process.
   */
  readonly to: readonly string[];
}

export type Statuses = Readonly<Record<string, StatusDefinition>>;

/**
 * A kind of work with its statuses. The same phase may serve many processes; it knows none of them.
 */
export interface PhaseDefinition<Name extends string = string, S extends Statuses = Statuses> {
  readonly name: Name;
  /** Statuses a process may enter the phase with. */
  readonly entries: readonly string[];
  /** Where the asset is once the phase is done; left out when the phase does not touch it. */
  readonly assetAfter?: Asset;
  readonly statuses: S;
}

interface StatusRest {
  readonly facts?: Shape;
  readonly now?: Shape;
  readonly to?: readonly string[];
}

type GivenShape<R extends StatusRest, K extends 'facts' | 'now'> =
  R extends Readonly<Record<K, infer S extends Shape>> ? S : Record<never, never>;

const none = {};

/** Fills in what a status leaves out. A status without `to` is terminal. */
export const status = <const Rest extends StatusRest = Record<never, never>>(
  progress: number | 'kept',
  asset: Asset | 'inherited',
  rest?: Rest,
): StatusDefinition<GivenShape<Rest, 'facts'>, GivenShape<Rest, 'now'>> => ({
  progress,
  asset,
  facts: (rest?.facts ?? none) as GivenShape<Rest, 'facts'>,
  now: (rest?.now ?? none) as GivenShape<Rest, 'now'>,
  to: rest?.to ?? [],
});

/**
 * Defines a phase: its statuses, which of them it begins with, and what may follow what.
 * `to: ['next']` leads into the phase that comes after it in a process.
 */
export const definePhase = <const Name extends string, const S extends Statuses>(
  name: Name,
  phase: { entries: readonly (keyof S & string)[]; assetAfter?: Asset; statuses: S },
): PhaseDefinition<Name, S> => ({ name, ...phase });

/**
 * A process with the zod schemas it was written in: for JSON Schema, OpenAPI and code that works
 * with zod.
 */
export interface DefinedProcess<
  Name extends string,
  Input extends Shape,
  Phases extends readonly PhaseDefinition[],
> extends ProcessDefinition<Name, Input, Phases> {
  readonly source: {
    /** The same without zod, as a file can hold it. */
    readonly data: ProcessData;
    readonly input: z.ZodMiniObject<Input, z.core.$strict>;
    /** Payload of every status, beyond the envelope. */
    readonly payloads: Readonly<Record<string, Shape>>;
  };
}

/**
 * Puts phases in order. What may follow what, where the asset is and which events exist is derived
 * here, once, for client and server.
 */
export function defineProcess<
  const Name extends string,
  const Input extends Shape,
  const Phases extends readonly PhaseDefinition[],
>(process: {
  name: Name;
  version: number;
  formerVersion?: number;
  path: string;
  idPrefix: string;
  idAlias?: string;
  input: Input;
  phases: Phases;
}): DefinedProcess<Name, Input, Phases> {
  const statuses: Record<string, StatusData> = {};
  const payloads: Record<string, Shape> = {};
  let inherited: Asset = 'safe';
  for (const [index, phase] of process.phases.entries()) {
    const next = process.phases[index + 1]?.entries ?? [];
    for (const [name, { progress, asset, facts, now, ...rest }] of Object.entries(phase.statuses)) {
      const to = rest.to.flatMap((target) => (target === 'next' ? next : [target]));
      const earlier = statuses[name];
      if (earlier)
        statuses[name] = { ...earlier, phase: null, to: [...new Set([...earlier.to, ...to])] };
      else {
        payloads[name] = { ...facts, ...now };
        const resolved = asset === 'inherited' ? inherited : asset;
        statuses[name] = {
          phase: phase.name,
          progress,
          asset: resolved,
          to,
          facts: fieldsFromZod(facts),
          now: fieldsFromZod(now),
        };
      }
    }
    inherited = phase.assetAfter ?? inherited;
  }
  const { phases, ...head } = process;
  const data: ProcessData = {
    ...head,
    input: fieldsFromZod(process.input),
    phases: phases.map(({ name }) => name),
    statuses,
    initial: phases[0]?.entries[0] ?? '',
  };
  return {
    ...processFrom<Name, Input, Phases>(data),
    source: { data, input: z.strictObject(process.input), payloads },
  };
}
