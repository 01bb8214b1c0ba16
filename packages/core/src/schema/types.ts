/** What is wrong with a value, without the value: values can be secrets. */
export interface Issue {
  /** Path of the field, with dots; empty for the value itself. */
  readonly field: string;
  readonly problem: string;
}

/** Looks at a value; nothing to say is the good answer. Never throws and never changes the value. */
export type Check = (value: unknown) => Issue | undefined;

/** The same schema as data, for what is made out of it: zod, JSON Schema, samples. */
export type Definition =
  | {
      readonly kind: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly format?: 'base64' | 'datetime';
      readonly pattern?: RegExp;
    }
  | { readonly kind: 'number'; readonly int: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'choice'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'optional' | 'nullable' | 'list' | 'record'; readonly inner: AnySchema }
  | { readonly kind: 'either'; readonly options: readonly AnySchema[] }
  | { readonly kind: 'object'; readonly fields: Shape; readonly loose: boolean };

declare const output: unique symbol;

/** A schema: what a value has to look like, as a function, as data and as a type. */
export interface Schema<T = unknown> {
  readonly check: Check;
  readonly definition: Definition;
  /** For the compiler alone. Boxed: a bare optional field would lose the `undefined` of a type. */
  readonly [output]?: { readonly value: T };
}

/** A field that may be left out. */
export interface OptionalSchema<T> extends Schema<T | undefined> {
  readonly absent: true;
}

/** An object of known fields. */
export interface ObjectSchema<S extends Shape, T> extends Schema<T> {
  readonly fields: S;
}

/** A schema of another library (zod, valibot, arktype, …), as https://standardschema.dev describes it. It has to answer at once. */
export interface StandardSchema<T = unknown> {
  readonly '~standard': {
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly output: T } | undefined;
  };
}

export type AnySchema = Schema | StandardSchema;

/** The fields of an object. */
export type Shape = Readonly<Record<string, AnySchema>>;

/** The type a schema lets through. */
export type Infer<S> =
  S extends Schema<infer T>
    ? T
    : S extends { readonly '~standard': { readonly types?: { readonly output: infer T } | undefined } }
      ? T
      : never;

type Simplify<T> = { [K in keyof T]: T[K] } & {};
type OptionalKeys<S extends Shape> = {
  [K in keyof S]: undefined extends Infer<S[K]> ? (unknown extends Infer<S[K]> ? never : K) : never;
}[keyof S];

/** The type of an object with these fields. */
export type InferShape<S extends Shape> = Simplify<
  { -readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Infer<S[K]> } & { -readonly [K in OptionalKeys<S>]?: Infer<S[K]> }
>;
