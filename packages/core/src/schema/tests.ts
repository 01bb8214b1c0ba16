import type { FieldsTest, Issue, Schema, Test, Value } from './types.ts';

// The words of which every test is made: those that are written to a file, and those that are put
// together at run time.

/** Where a test under `explain` is, and what was expected there last. */
let field = '';
let expected = '';

/** Where the value is that a test was given. */
export const here = (): string => field;

/** While the fields of a test are listed, nothing is wrong. */
let listing = false;

/** Always false: the answer of a test. */
export const no = (wanted: string, where = field): false => {
  expected = wanted;
  field = where;
  return listing as false;
};

/** Names of the fields that a test looks at, in its order, so that no field is named twice. */
export function fieldsOf(test: FieldsTest): string[] {
  const names = new Set<string>();
  listing = true;
  test(
    new Proxy<Value>(
      {},
      {
        get(_, name) {
          names.add(String(name));
          return '';
        },
      },
    ),
  );
  listing = false;
  return [...names];
}

/** A test as a schema, with the type of what it lets through. */
export const schemaOf = <T>(test: Test): Schema<T> => ({
  check: (value) => (test(value) ? undefined : explain(test, value)),
});

/**
 * What a test found. It stops at the first wrong field, so the last one that it reads is the wrong
 * one: it is run again over a copy that tells what is read. That costs nothing as long as all is
 * well, and no test has to know the names of what it reads.
 */
function explain(test: Test, value: unknown): Issue {
  field = '';
  test(watch(value, ''));
  return { field, expected };
}

const watch = (value: unknown, path: string): unknown =>
  typeof value === 'object' && value !== null
    ? new Proxy<object>(Array.isArray(value) ? [...value] : { ...value }, {
        get(copy, key) {
          field = path + String(key);
          return watch(Reflect.get(copy, key), `${field}.`);
        },
      })
    : value;

export const isRecord = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (value: unknown): value is string => typeof value === 'string' || no('string');

/** Looks at the value once: what may be missing is asked for in every event. */
export const optionalText = (value: unknown): boolean => value === undefined || text(value);

/** Length in UTF-16 units. */
export const sized = (value: unknown, min: number, max: number): boolean =>
  text(value) &&
  ((value.length >= min && value.length <= max) || no(`${min} to ${max} characters`));

export const matching = (value: unknown, pattern: RegExp): boolean =>
  text(value) && (pattern.test(value) || no(pattern.source));

export const base64 = (value: unknown): boolean =>
  text(value) && ((value.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(value)) || no('base64'));

const INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** ISO 8601 in UTC; a fraction of the seconds may be left out. */
export const instant = (value: unknown): boolean =>
  text(value) && ((INSTANT.test(value) && isInMonth(value)) || no('UTC time'));

/**
 * Only the last days are not in every month: 30 February becomes a day of March, or no day at all.
 */
const isInMonth = (time: string): boolean => {
  // without a string of its own: every event has a time
  const day = time.charCodeAt(8) * 10 + time.charCodeAt(9) - 528;
  return day < 29 || new Date(time).toJSON()?.startsWith(time.slice(0, 10)) === true;
};

export const number = (value: unknown, min = -Infinity, max = Infinity): boolean =>
  Number.isFinite(value)
    ? ((value as number) >= min && (value as number) <= max) || no(`${min} to ${max}`)
    : no('number');

/** The largest integer that a JSON reader of any language keeps exact bounds an integer. */
export const int = (value: unknown, min?: number, max?: number): boolean =>
  Number.isSafeInteger(value) ? number(value, min, max) : no('integer');

export const flag = (value: unknown): boolean => typeof value === 'boolean' || no('boolean');

export const oneOf = (value: unknown, values: readonly unknown[]): boolean =>
  values.includes(value) || no(values.join(', '));

export const either = (value: unknown, tests: readonly Test[]): boolean => {
  const where = field;
  return tests.some((test) => test(value)) || no('another form', where);
};

export const list = (value: unknown, test: Test): boolean => {
  if (!Array.isArray(value)) return no('list');
  for (let index = 0; index < value.length; index++) if (!test(value[index])) return false;
  return true;
};

/** An object with values of one kind under any names. */
export const record = (value: unknown, test?: Test): boolean =>
  isRecord(value) ? !test || Object.keys(value).every((key) => test(value[key])) : no('object');

/**
 * An object may have more fields than are looked at: a newer server may send more. With `known`,
 * other fields are refused: they would be a typing mistake.
 */
export const object = (value: unknown, fields: FieldsTest, known?: readonly string[]): boolean =>
  isRecord(value)
    ? fields(value) &&
      (!known || Object.keys(value).every((key) => known.includes(key) || stranger(value[key])))
    : no('object');

/** Takes the value, which has to be read to be named. */
const stranger = (_value: unknown): false => no('known field');
