import * as z from 'zod/mini';
import { here, no } from './tests.ts';
import type { Definition, Fields } from './types.ts';

type Kind<T extends string> = Extract<Definition, { kind: T }>;

/**
 * A zod schema as data. What has no kind of its own (transformations, refinements, other types)
 * keeps zod's own check.
 */
export function fromZod(schema: z.core.$ZodType): Definition {
  return (
    known((schema as z.core.$ZodTypes)._zod.def) ?? {
      kind: 'zod',
      test: (value) => judge(schema, value),
    }
  );
}

/** The same for the fields of an object. */
export const fieldsFromZod = (shape: Readonly<Record<string, z.core.$ZodType>>): Fields =>
  Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, fromZod(field)]));

function known(def: z.core.$ZodTypes['_zod']['def']): Definition | undefined {
  switch (def.type) {
    case 'string':
      return string(def);
    case 'number':
      return number(def);
    case 'boolean':
    case 'unknown':
      return def.checks?.length ? undefined : { kind: def.type };
    case 'literal':
      return { kind: 'choice', values: def.values.filter(isPlain) };
    case 'enum':
      return { kind: 'choice', values: Object.values(def.entries).filter(isPlain) };
    case 'optional':
    case 'nullable':
      return { kind: def.type, inner: fromZod(def.innerType) };
    case 'array':
      return def.checks?.length ? undefined : { kind: 'list', inner: fromZod(def.element) };
    case 'record':
      return isPlainString(def.keyType)
        ? { kind: 'record', inner: fromZod(def.valueType) }
        : undefined;
    case 'union':
      return either(def.options.map(fromZod));
    case 'object':
      return object(def);
    default:
      return undefined;
  }
}

/** A choice among choices is one choice. */
const either = (options: readonly Definition[]): Definition =>
  options.every((option) => option.kind === 'choice')
    ? { kind: 'choice', values: options.flatMap(({ values }) => values) }
    : { kind: 'either', options };

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);
const isPlainString = (schema: z.core.$ZodType) =>
  JSON.stringify(fromZod(schema)) === '{"kind":"string"}';

function string(def: z.core.$ZodStringDef & { format?: string }): Kind<'string'> | undefined {
  const { format } = def;
  if (format !== undefined && format !== 'base64' && format !== 'datetime') return undefined;
  let found: Kind<'string'> = { kind: 'string', ...(format && { format }) };
  for (const { _zod } of def.checks ?? []) {
    const check = _zod.def as z.core.$ZodChecks['_zod']['def'];
    if (check.check === 'min_length') found = { ...found, min: check.minimum };
    else if (check.check === 'max_length') found = { ...found, max: check.maximum };
    else if (
      check.check === 'string_format' &&
      check.format === 'regex' &&
      check.pattern?.flags === ''
    )
      found = { ...found, pattern: check.pattern.source };
    else return undefined;
  }
  return found;
}

function number(def: z.core.$ZodNumberDef & { format?: string }): Kind<'number'> | undefined {
  if (def.format !== undefined && def.format !== 'safeint') return undefined;
  const int = def.format === 'safeint';
  let found: Kind<'number'> = { kind: 'number', int };
  for (const { _zod } of def.checks ?? []) {
    const check = _zod.def as z.core.$ZodChecks['_zod']['def'];
    if (check.check !== 'greater_than' && check.check !== 'less_than') return undefined;
    // An integer above 0 is one from 1 on; for a fraction there is no such neighbour.
    if (!check.inclusive && !int) return undefined;
    const bound = Number(check.value);
    found =
      check.check === 'greater_than'
        ? { ...found, min: check.inclusive ? bound : bound + 1 }
        : { ...found, max: check.inclusive ? bound : bound - 1 };
  }
  return found;
}

function object(def: z.core.$ZodObjectDef): Kind<'object'> | undefined {
  const rest = def.catchall?._zod.def.type;
  if (rest !== 'unknown' && rest !== 'never') return undefined;
  return { kind: 'object', fields: fieldsFromZod(def.shape), loose: rest === 'unknown' };
}

function judge(schema: z.core.$ZodType, value: unknown): boolean {
  const where = here();
  const { error } = z.safeParse(schema, value);
  const first = error?.issues[0];
  return (
    !first ||
    no(
      first.message || 'is wrong',
      [where, ...first.path]
        .filter((name) => name !== '')
        .map(String)
        .join('.'),
    )
  );
}
