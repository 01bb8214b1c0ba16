import type * as z from 'zod/mini';
import type { Asset } from '../protocol/asset.ts';
import type { Envelope } from '../protocol/envelope.ts';
import type { Schema } from '../schema/index.ts';
import type { PhaseDefinition, Shape, StatusDefinition } from './define.ts';
import type { ProcessDefinition, phasesOf } from './process.ts';

type Simplify<T> = { [K in keyof T]: T[K] } & {};
/**
 * Without a field, zod infers “no key may be there”, which would swallow what it is intersected
 * with.
 */
type Infer<S extends Shape> = [keyof S] extends [never]
  ? Record<never, never>
  : z.infer<z.ZodMiniObject<S, z.core.$strip>>;
type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (
  i: infer I,
) => void
  ? I
  : never;

/** A process of which no more is known than that it is one. */
// biome-ignore lint/suspicious/noExplicitAny: a process of any input; only matched, never read
export type AnyProcess = ProcessDefinition<string, any, readonly PhaseDefinition[]>;

type PhasesOf<P extends AnyProcess> = NonNullable<P[typeof phasesOf]>[number];
type StatusesOf<P extends AnyProcess> = PhasesOf<P>['statuses'];
/**
 * Statuses of several phases with one name are one status; a plain `keyof` of the union would keep
 * only the shared ones.
 */
type KeysOf<U> = U extends unknown ? keyof U & string : never;
type DefinitionOf<P extends AnyProcess, K extends string> =
  StatusesOf<P> extends infer U ? (U extends Readonly<Record<K, infer D>> ? D : never) : never;
type FactsShape<D> = D extends StatusDefinition<infer F, infer _N> ? Infer<F> : never;
type NowShape<D> = D extends StatusDefinition<infer _F, infer N> ? Infer<N> : never;

/** The name of every phase of a process. */
export type PhaseOf<P extends AnyProcess> = PhasesOf<P>['name'];

/** The name of every status of a process. */
export type StatusOf<P extends AnyProcess> = KeysOf<StatusesOf<P>>;

/** What an emitter gives with a status, beyond the envelope. */
export type PayloadOf<P extends AnyProcess, K extends StatusOf<P>> = Simplify<
  FactsShape<DefinitionOf<P, K>> & NowShape<DefinitionOf<P, K>> & { message?: string | undefined }
>;

/** The fields that a schema names, without the index signature that stands for all others. */
type Named<T> = T extends readonly unknown[] | string | number | boolean | null | undefined
  ? T
  : { [K in keyof T as string extends K ? never : K]: T[K] };

/**
 * A payload as somebody gives it. An object that may hold more than its schema names is also taken
 * when its type is an interface, which has no index signature.
 */
export type Given<Payload> = { [K in keyof Payload]: Payload[K] | Named<Payload[K]> };

/** One event of a process, as a union discriminated by `status`. */
export type EventOf<P extends AnyProcess> = {
  [K in StatusOf<P>]: Simplify<
    Omit<Envelope, 'status' | 'process'> & { process: P['name']; status: K } & PayloadOf<P, K>
  >;
}[StatusOf<P>];

/** Body of the start request of a process. */
export type InputOf<P extends AnyProcess> = P['input'] extends Schema<infer Input> ? Input : never;

/** Everything the events of a process can have established. */
export type FactsOf<P extends AnyProcess> = Simplify<
  Partial<UnionToIntersection<{ [K in StatusOf<P>]: FactsShape<DefinitionOf<P, K>> }[StatusOf<P>]>>
>;

interface SnapshotBase {
  operationId: string;
  /** Version of the process definition the operation began with. */
  version: number;
  /**
   * Number of the last event folded in; the cursor of the stream and the `ETag` of the snapshot.
   */
  seq: number;
  /** The phase the operation is in. */
  phase: string;
  /** Percent, 0 to 100; never moves backwards. */
  progress: number;
  asset: Asset;
  /** True when no event can follow. */
  terminal: boolean;
  /** Time of the first and of the last event, server clock, ISO 8601. */
  startedAt: string;
  updatedAt: string;
  message: string | null;
  /**
   * Events with a status that this version does not know. They moved the cursor and the asset, not
   * the status.
   */
  unknown: number;
}

/**
 * An operation: its events folded into one JSON value, discriminated by `status`. `facts` holds
 * what stays true from an event on, `now` what is true only in the present status.
 */
export type SnapshotOf<P extends AnyProcess> = {
  [K in StatusOf<P>]: Simplify<
    SnapshotBase & {
      process: P['name'];
      status: K;
      facts: FactsOf<P>;
      now: NowShape<DefinitionOf<P, K>>;
    }
  >;
}[StatusOf<P>];

/** A snapshot of some process: for code that serves all of them. */
export interface Snapshot extends SnapshotBase {
  process: string;
  status: string;
  facts: Readonly<Record<string, unknown>>;
  now: Readonly<Record<string, unknown>>;
}

/** An event of some process. */
export interface OperationEvent extends Envelope {
  readonly [field: string]: unknown;
}
