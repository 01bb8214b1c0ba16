import type * as z from 'zod/mini';
import { envelope as envelopeFields } from '../generated.ts';
import { type Asset, assets } from '../protocol/asset.ts';
import type { Envelope } from '../protocol/envelope.ts';
import { compile, type Fields, isInstant, isRecord, type Schema } from '../schema/index.ts';
import type { PhaseDefinition, Shape } from './define.ts';

/** One status of a process as plain data: `next` and `carried` are resolved. */
export interface StatusData {
  /** The phase it belongs to, or null for a status that several phases share. */
  readonly phase: string | null;
  readonly progress: number | 'kept';
  readonly asset: Asset;
  readonly to: readonly string[];
  readonly facts: Fields;
  readonly now: Fields;
}

/** A process as plain data: what zod says, without zod. */
export interface ProcessData {
  readonly name: string;
  readonly version: number;
  readonly path: string;
  readonly idPrefix: string;
  readonly idAlias?: string;
  readonly input: Fields;
  readonly phases: readonly string[];
  readonly statuses: Readonly<Record<string, StatusData>>;
  readonly initial: string;
}

/** A status of a process with the checks of its events. */
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
  readonly event: Schema<Record<string, unknown>>;
  /** The payload alone, as an emitter gives it. Unknown fields are refused: they would be a typing mistake. */
  readonly payload: Schema<Record<string, unknown>>;
}

/** Where the type of a process keeps its phases; nothing is there at run time. */
export declare const phasesOf: unique symbol;

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
  /** Body of the start request. Unknown fields are refused. */
  readonly input: Schema<z.infer<z.ZodMiniObject<Input, z.core.$strict>>>;
  /** Names of the phases, in order. */
  readonly phases: readonly string[];
  readonly statuses: Readonly<Record<string, ResolvedStatus>>;
  /** Status of the first event. */
  readonly initial: string;
  readonly [phasesOf]?: Phases;
}

/** What every event carries, of whatever process and status. */
export const envelope: Schema<Envelope> = compile({ kind: 'object', fields: envelopeFields, loose: true });

/**
 * Says yes to most envelopes, without a reason where it says no: then `envelope` has the word. Fields by name are five times as quick as fields from a list, and every
 * event passes here.
 */
export function isPlainEnvelope(value: unknown): boolean {
  const { operationId, upgradeId, process, seq, status, progress, asset, timestamp, message } = value as Partial<
    Record<keyof Envelope, unknown>
  >;
  return (
    isName(operationId, 128) &&
    isName(process, 64) &&
    isName(status, 64) &&
    Number.isSafeInteger(seq) &&
    (seq as number) > 0 &&
    typeof progress === 'number' &&
    progress >= 0 &&
    progress <= 100 &&
    assets.includes(asset as Asset) &&
    typeof timestamp === 'string' &&
    isInstant(timestamp) &&
    (upgradeId === undefined || typeof upgradeId === 'string') &&
    (message === undefined || typeof message === 'string')
  );
}

const isName = (value: unknown, max: number): boolean => typeof value === 'string' && value !== '' && value.length <= max;

/** A process from its data. */
export function processFrom<Name extends string, Input extends Shape, Phases extends readonly PhaseDefinition[]>(
  data: ProcessData,
): ProcessDefinition<Name, Input, Phases> {
  const { name, input, statuses, ...rest } = data;
  return {
    ...rest,
    name: name as Name,
    input: compile({ kind: 'object', fields: input, loose: false }),
    // Without a prototype: “constructor” is no status, and nobody has to ask whether a name is the object's own.
    statuses: Object.assign(
      Object.create(null),
      Object.fromEntries(Object.entries(statuses).map(([status, one]) => [status, resolve(status, one)])),
    ) as Readonly<Record<string, ResolvedStatus>>,
  };
}

function resolve(status: string, { facts, now, ...rest }: StatusData): ResolvedStatus {
  const payload = { ...facts, ...now };
  return {
    ...rest,
    status,
    factKeys: Object.keys(facts),
    nowKeys: Object.keys(now),
    terminal: rest.to.length === 0,
    event: eventSchema(payload),
    payload: compile({ kind: 'object', fields: { message: envelopeFields.message, ...payload }, loose: false }),
  };
}

function eventSchema(payload: Fields): Schema<Record<string, unknown>> {
  const whole = compile<Record<string, unknown>>({ kind: 'object', fields: { ...envelopeFields, ...payload }, loose: true });
  const rest = compile({ kind: 'object', fields: payload, loose: true });
  return {
    definition: whole.definition,
    check: (value) => (isRecord(value) && isPlainEnvelope(value) ? rest.check(value) : whole.check(value)),
  };
}
