import type { Asset } from '../protocol/asset.ts';
import { compileFields, type Fields } from '../schema/index.ts';
import type { PhaseDefinition, Shape } from './define.ts';
import { type ProcessDefinition, resolveProcess, resolveStatus } from './process.ts';

/** One status of a process as plain data: `next` and `inherited` are resolved. */
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
  readonly formerVersion?: number;
  readonly path: string;
  readonly idPrefix: string;
  readonly idAlias?: string;
  readonly input: Fields;
  readonly phases: readonly string[];
  readonly statuses: Readonly<Record<string, StatusData>>;
  readonly initial: string;
}

/** A process from its data: this is how a host makes its own. */
export function processFrom<
  Name extends string,
  Input extends Shape,
  Phases extends readonly PhaseDefinition[],
>(data: ProcessData): ProcessDefinition<Name, Input, Phases> {
  const { name, input, statuses, ...rest } = data;
  return resolveProcess(
    { ...rest, name: name as Name },
    Object.keys(input),
    compileFields(input),
    Object.entries(statuses).map(([status, { facts, now, ...one }]) =>
      resolveStatus(
        { ...one, status, factKeys: Object.keys(facts), nowKeys: Object.keys(now) },
        compileFields({ ...facts, ...now }),
      ),
    ),
  );
}
