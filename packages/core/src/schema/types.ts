/** What is wrong with a value, without the value: values can be secrets. */
export interface Issue {
  /** Path of the field, with dots; empty for the value itself. */
  readonly field: string;
  readonly problem: string;
}

/** Looks at a value; nothing to say is the good answer. Never throws and never changes the value. */
export type Check = (value: unknown) => Issue | undefined;

/** A zod schema as plain data: all that a page needs to check a value, in a form that is written to a file. */
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
  /** Something of zod that the kinds above do not say: zod itself looks at the value. Never in a file. */
  | { readonly kind: 'zod'; readonly check: Check };

export type Fields<Name extends string = string> = Readonly<Record<Name, Definition>>;

declare const output: unique symbol;

/** A definition with the function that checks by it, and the type it lets through. */
export interface Schema<T = unknown> {
  readonly check: Check;
  readonly definition: Definition;
  /** For the compiler alone. Boxed: a bare optional field would lose the `undefined` of a type. */
  readonly [output]?: { readonly value: T };
}
