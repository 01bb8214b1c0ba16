/** What is wrong with a value, without the value: values can be secrets. */
export interface Issue {
  /** Path of the field, with dots; empty for the value itself. */
  readonly field: string;
  /** What should be there. */
  readonly expected: string;
}

/**
 * True for what it lets through. Never throws and never changes the value. It stops at the first
 * thing that is wrong, by which `explain` names it.
 */
export type Test = (value: unknown) => boolean;

export type Value = Readonly<Record<string, unknown>>;

/** Looks at the fields of what is an object. */
export type FieldsTest = (value: Value) => boolean;

/** A zod schema as plain data: all there is to know for checking a value. */
export type Definition =
  | {
      readonly kind: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly format?: 'base64' | 'datetime';
      /** Source of a regular expression. */
      readonly pattern?: string;
    }
  | { readonly kind: 'number'; readonly int: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'choice'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'optional' | 'nullable' | 'list' | 'record'; readonly inner: Definition }
  | { readonly kind: 'either'; readonly options: readonly Definition[] }
  | { readonly kind: 'object'; readonly fields: Fields; readonly loose: boolean }
  /**
   * Something of zod that the kinds above do not say: zod itself looks at the value. Never in a
   * file.
   */
  | { readonly kind: 'zod'; readonly test: Test };

export type Fields<Name extends string = string> = Readonly<Record<Name, Definition>>;

declare const output: unique symbol;

/** Looks at a value, and knows the type of what it lets through. */
export interface Schema<T = unknown> {
  /** The first thing that is wrong; undefined is the good answer. */
  check(value: unknown): Issue | undefined;
  /** For the compiler alone. Boxed: a bare optional field would lose the `undefined` of a type. */
  readonly [output]?: { readonly value: T };
}
