import type {
  AnySchema,
  Check,
  Definition,
  Infer,
  InferShape,
  Issue,
  ObjectSchema,
  OptionalSchema,
  Schema,
  Shape,
  StandardSchema,
} from './types.ts';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const make = <T>(definition: Definition, check: Check): Schema<T> => ({ definition, check });
const issue = (problem: string, field = ''): Issue => ({ field, problem });
const inside = (key: string | number, { field, problem }: Issue): Issue => issue(problem, field ? `${key}.${field}` : String(key));
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Length in UTF-16 units. */
export const string = ({ min = 0, max = Number.POSITIVE_INFINITY }: Bounds = {}): Schema<string> =>
  make({ kind: 'string', ...(min > 0 && { min }), ...(max < Number.POSITIVE_INFINITY && { max }) }, (value) => {
    if (typeof value !== 'string') return issue('is not a string');
    return value.length < min || value.length > max ? issue(`is not ${min} to ${max} characters long`) : undefined;
  });

export const matching = (pattern: RegExp): Schema<string> =>
  make({ kind: 'string', pattern }, (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : issue(`does not match ${pattern}`),
  );

export const base64 = (bounds: Bounds = {}): Schema<string> => {
  const { check, definition } = string(bounds);
  return make({ ...definition, format: 'base64' } as Definition, (value) => {
    const wrong = check(value);
    if (wrong) return wrong;
    const text = value as string;
    return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text) ? undefined : issue('is not base64');
  });
};

/** ISO 8601 in UTC; seconds and their fraction may be left out. */
export const datetime = (): Schema<string> =>
  make({ kind: 'string', format: 'datetime' }, (value) =>
    typeof value === 'string' && isInstant(value) ? undefined : issue('is not a time in UTC'),
  );

const INSTANT = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?Z$/;

function isInstant(text: string): boolean {
  const found = INSTANT.exec(text);
  if (!found) return false;
  const day = Number(found[3]);
  // Only the last days are not in every month. Day 0 of the next month is the last one of this.
  return day < 29 || day <= new Date(Date.UTC(2000 + (Number(found[1]) % 400), Number(found[2]), 0)).getUTCDate();
}

const numeric = (int: boolean, { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Bounds): Schema<number> =>
  make({ kind: 'number', int, ...(Number.isFinite(min) && { min }), ...(Number.isFinite(max) && { max }) }, (value) => {
    if (!(int ? Number.isSafeInteger(value) : Number.isFinite(value))) return issue(int ? 'is not an integer' : 'is not a number');
    return (value as number) < min || (value as number) > max ? issue(`is not in ${min} to ${max}`) : undefined;
  });
export const number = (bounds: Bounds = {}): Schema<number> => numeric(false, bounds);
/** The largest integer that a JSON reader of any language keeps exact bounds it. */
export const int = (bounds: Bounds = {}): Schema<number> => numeric(true, bounds);

export const boolean = (): Schema<boolean> =>
  make({ kind: 'boolean' }, (value) => (typeof value === 'boolean' ? undefined : issue('is not true or false')));

export const unknown = (): Schema<unknown> => make({ kind: 'unknown' }, () => undefined);

/** One of these values. */
export const choice = <const V extends readonly (string | number | boolean)[]>(...values: V): Schema<V[number]> =>
  make({ kind: 'choice', values }, (value) =>
    values.includes(value as V[number]) ? undefined : issue(`is not one of ${values.join(', ')}`),
  );

/** What the first schema lets through that lets it through. */
export const either = <const S extends readonly AnySchema[]>(...options: S): Schema<Infer<S[number]>> => {
  const checks = options.map(checkOf);
  return make({ kind: 'either', options }, (value) =>
    checks.some((check) => !check(value)) ? undefined : issue('has none of the allowed forms'),
  );
};

/** May be left out. */
export const optional = <S extends AnySchema>(inner: S): OptionalSchema<Infer<S>> => {
  const check = checkOf(inner);
  return {
    ...make<Infer<S> | undefined>({ kind: 'optional', inner }, (value) => (value === undefined ? undefined : check(value))),
    absent: true,
  };
};

export const nullable = <S extends AnySchema>(inner: S): Schema<Infer<S> | null> => {
  const check = checkOf(inner);
  return make({ kind: 'nullable', inner }, (value) => (value === null ? undefined : check(value)));
};

export const list = <S extends AnySchema>(inner: S): Schema<Infer<S>[]> => {
  const check = checkOf(inner);
  return make({ kind: 'list', inner }, (value) => (Array.isArray(value) ? each(value.entries(), check) : issue('is not a list')));
};

/** Any keys, one schema for all values. */
export const record = <S extends AnySchema>(inner: S): Schema<Record<string, Infer<S>>> => {
  const check = checkOf(inner);
  return make({ kind: 'record', inner }, (value) => (isRecord(value) ? each(Object.entries(value), check) : issue('is not an object')));
};

function each(entries: Iterable<[string | number, unknown]>, check: Check): Issue | undefined {
  for (const [key, value] of entries) {
    const wrong = check(value);
    if (wrong) return inside(key, wrong);
  }
  return undefined;
}

/** Unknown fields are refused: they would be a typing mistake. */
export const strict = <const S extends Shape>(fields: S): ObjectSchema<S, InferShape<S>> => {
  const known = objectCheck(fields);
  const check: Check = (value) => {
    const wrong = known(value);
    if (wrong) return wrong;
    const stranger = Object.keys(value as object).find((key) => !Object.hasOwn(fields, key));
    return stranger === undefined ? undefined : issue('is not a known field', stranger);
  };
  return { fields, definition: { kind: 'object', fields, loose: false }, check };
};

/** Unknown fields are kept: a newer server may send more. */
export const loose = <const S extends Shape>(fields: S): ObjectSchema<S, InferShape<S> & Record<string, unknown>> => ({
  fields,
  definition: { kind: 'object', fields, loose: true },
  check: objectCheck(fields),
});

function objectCheck(fields: Shape): Check {
  const entries = Object.entries(fields).map(([key, schema]) => ({ key, check: checkOf(schema) }));
  return (value) => {
    if (!isRecord(value)) return issue('is not an object');
    for (const { key, check } of entries) {
      const wrong = check(value[key]);
      if (wrong) return inside(key, wrong);
    }
    return undefined;
  };
}

/** The check of any schema, of this module or of another library. */
export function checkOf(schema: AnySchema): Check {
  // A zod schema has a method of that name too, so the definition tells them apart.
  return 'definition' in schema ? schema.check : foreign(schema['~standard']);
}

const foreign =
  ({ validate }: StandardSchema['~standard']): Check =>
  (value) => {
    const { issues } = validate(value) as {
      issues?: readonly { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] }[];
    };
    const first = issues?.[0];
    if (!first) return undefined;
    const path = (first.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
    return issue(first.message || 'is wrong', path.join('.'));
  };
