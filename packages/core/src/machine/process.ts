import type * as z from 'zod/mini';
import type { Asset } from '../protocol/asset.ts';
import { type FieldsTest, fieldsOf, object, type Schema, schemaOf } from '../schema/index.ts';
import type { PhaseDefinition, Shape } from './define.ts';

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
  /** Whether the fields of an event are those of the status, beyond the envelope. */
  readonly fields: FieldsTest;
}

/** Where the type of a process keeps its phases; nothing is there at run time. */
export declare const phasesOf: unique symbol;

/**
 * A process as the machine uses it: its phases in order, its statuses by name, what may follow
 * what.
 */
export interface ProcessDefinition<
  Name extends string = string,
  Input extends Shape = Shape,
  Phases extends readonly PhaseDefinition[] = readonly PhaseDefinition[],
> {
  readonly name: Name;
  /**
   * Counts up when the meaning of a journalled event changes; operations in flight finish under the
   * version they began with.
   */
  readonly version: number;
  /**
   * Version that clients of protocol 1 begin, which is this one without it. In it and before it,
   * the memo of a burn and the address of a mint follow from the operation; behind it, from what
   * was burned, or from who claims.
   */
  readonly formerVersion?: number;
  /** Last segment of its routes below the base path. */
  readonly path: string;
  /** Prefix of its operation ids. */
  readonly idPrefix: string;
  /**
   * Another name under which its events repeat the operation id, for clients that know it by that.
   */
  readonly idAlias?: string;
  /** Body of the start request. Unknown fields are refused. */
  readonly input: Schema<z.infer<z.ZodMiniObject<Input, z.core.$strict>>>;
  /** Names of the phases, in order. */
  readonly phases: readonly string[];
  readonly statuses: Readonly<Record<string, ResolvedStatus>>;
  /**
   * The same by the name in an event, quicker: names that come from the wire are no keys of an
   * object yet.
   */
  readonly find: (status: string) => ResolvedStatus | undefined;
  /** Status of the first event. */
  readonly initial: string;
  readonly [phasesOf]?: Phases;
}

/**
 * A status as a line of `generated.ts`. Lists of names stand in one string, with spaces. The
 * payload is kept for good, or only while the status lasts.
 */
export type StatusRow = readonly [
  phase: string | null,
  progress: number | 'kept',
  asset: Asset,
  to: string,
  payload?: FieldsTest,
  kept?: 1,
];

/** A process as it stands in `generated.ts`. */
export interface ProcessRows {
  readonly name: string;
  readonly version: number;
  readonly formerVersion?: number;
  readonly path: string;
  readonly idPrefix: string;
  readonly idAlias?: string;
  readonly input: FieldsTest;
  readonly phases: string;
  readonly initial: string;
  readonly statuses: Readonly<Record<string, StatusRow>>;
}

const words = (line: string): string[] => (line ? line.split(' ') : []);

/** A process from its lines. */
export function processFromRows<
  Name extends string,
  Input extends Shape,
  Phases extends readonly PhaseDefinition[],
>(rows: ProcessRows): ProcessDefinition<Name, Input, Phases> {
  const { input } = rows;
  const statuses = Object.entries(rows.statuses).map(
    ([status, [phase, progress, asset, to, payload, kept]]) => {
      const keys = payload ? fieldsOf(payload) : [];
      const lasting = { factKeys: kept ? keys : [], nowKeys: kept ? [] : keys };
      return resolveStatus({ status, phase, progress, asset, to: words(to), ...lasting }, payload);
    },
  );
  return resolveProcess(
    { ...(rows as ProcessRows & { name: Name }), phases: words(rows.phases) },
    fieldsOf(input),
    input,
    statuses,
  );
}

/** Puts a process together. */
export const resolveProcess = <
  Name extends string,
  Input extends Shape,
  Phases extends readonly PhaseDefinition[],
>(
  head: Omit<
    ProcessDefinition<Name, Input, Phases>,
    'input' | 'statuses' | 'find' | typeof phasesOf
  >,
  inputKeys: readonly string[],
  input: FieldsTest,
  statuses: readonly ResolvedStatus[],
): ProcessDefinition<Name, Input, Phases> => {
  // Without a prototype: “constructor” is no status, and nobody has to ask whether a name is the
  // object's own.
  const byName = Object.create(null) as Record<string, ResolvedStatus>;
  const byLength: ResolvedStatus[][] = [];
  for (const one of statuses) {
    byName[one.status] = one;
    byLength[one.status.length] = [...(byLength[one.status.length] ?? []), one];
  }
  return {
    ...head,
    input: schemaOf((value) => object(value, input, inputKeys)),
    statuses: byName,
    // Names from the wire are new strings, of which a map would have to work out the hash.
    find: (status) => byLength[status.length]?.find((one) => one.status === status),
  };
};

/** Puts a status together. */
export function resolveStatus(
  status: Omit<ResolvedStatus, 'terminal' | 'fields'>,
  fields: FieldsTest = () => true,
): ResolvedStatus {
  return { ...status, terminal: status.to.length === 0, fields };
}
