import type { Check, Definition, Fields, Issue, Schema } from './types.ts';

/** The check of a definition. It is built at the first use, so that a page pays only for what it reads. */
export function compile<T>(definition: Definition): Schema<T> {
  let check: Check | undefined;
  return {
    definition,
    check(value) {
      check ??= checkOf(definition);
      return check(value);
    },
  };
}

const issue = (problem: string, field = ''): Issue => ({ field, problem });
const inside = (key: string | number, { field, problem }: Issue): Issue => issue(problem, field ? `${key}.${field}` : String(key));
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkOf(definition: Definition): Check {
  switch (definition.kind) {
    case 'string':
      return stringCheck(definition);
    case 'number':
      return numberCheck(definition);
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? undefined : issue('is not true or false'));
    case 'unknown':
      return () => undefined;
    case 'choice': {
      const values: ReadonlySet<unknown> = new Set(definition.values);
      return (value) => (values.has(value) ? undefined : issue(`is not one of ${definition.values.join(', ')}`));
    }
    case 'optional': {
      const inner = checkOf(definition.inner);
      return (value) => (value === undefined ? undefined : inner(value));
    }
    case 'nullable': {
      const inner = checkOf(definition.inner);
      return (value) => (value === null ? undefined : inner(value));
    }
    case 'list': {
      const inner = checkOf(definition.inner);
      return (value) => (Array.isArray(value) ? each(value.entries(), inner) : issue('is not a list'));
    }
    case 'record': {
      const inner = checkOf(definition.inner);
      return (value) => (isRecord(value) ? each(Object.entries(value), inner) : issue('is not an object'));
    }
    case 'either': {
      const options = definition.options.map(checkOf);
      return (value) => (options.some((option) => !option(value)) ? undefined : issue('has none of the allowed forms'));
    }
    case 'object':
      return objectCheck(definition.fields, definition.loose);
    case 'zod':
      return definition.check;
  }
}

/** Lengths in UTF-16 units. */
function stringCheck({ min = 0, max = Number.POSITIVE_INFINITY, format, pattern }: Extract<Definition, { kind: 'string' }>): Check {
  const wanted = pattern === undefined ? undefined : new RegExp(pattern);
  // Most strings are just that; every one is looked at on every event.
  if (min === 0 && max === Number.POSITIVE_INFINITY && !format && !wanted)
    return (value) => (typeof value === 'string' ? undefined : issue('is not a string'));
  return (value) => {
    if (typeof value !== 'string') return issue('is not a string');
    if (value.length < min || value.length > max) return issue(`is not ${min} to ${max} characters long`);
    if (format === 'base64' && !(value.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(value))) return issue('is not base64');
    if (format === 'datetime' && !isInstant(value)) return issue('is not a time in UTC');
    return wanted === undefined || wanted.test(value) ? undefined : issue(`does not match ${pattern}`);
  };
}

const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?Z$/;

/** ISO 8601 in UTC; seconds and their fraction may be left out. */
export function isInstant(text: string): boolean {
  if (!INSTANT.test(text)) return false;
  const day = Number(text.slice(8, 10));
  // Only the last days are not in every month. Day 0 of the next month is the last one of this.
  return day < 29 || day <= new Date(Date.UTC(2000 + (Number(text.slice(0, 4)) % 400), Number(text.slice(5, 7)), 0)).getUTCDate();
}

/** The largest integer that a JSON reader of any language keeps exact bounds an integer. */
function numberCheck({ int, min = -Infinity, max = Infinity }: Extract<Definition, { kind: 'number' }>): Check {
  return (value) => {
    if (!(int ? Number.isSafeInteger(value) : Number.isFinite(value))) return issue(int ? 'is not an integer' : 'is not a number');
    const number = Number(value);
    return number < min || number > max ? issue(`is not in ${min} to ${max}`) : undefined;
  };
}

function each(entries: Iterable<[string | number, unknown]>, check: Check): Issue | undefined {
  for (const [key, value] of entries) {
    const wrong = check(value);
    if (wrong) return inside(key, wrong);
  }
  return undefined;
}

/** A loose object keeps unknown fields: a newer server may send more. A strict one refuses them: they would be a typing mistake. */
function objectCheck(fields: Fields, loose: boolean): Check {
  const entries = Object.entries(fields).map(([key, field]) => ({ key, check: checkOf(field) }));
  return (value) => {
    if (!isRecord(value)) return issue('is not an object');
    for (const { key, check } of entries) {
      const wrong = check(value[key]);
      if (wrong) return inside(key, wrong);
    }
    const stranger = loose ? undefined : Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    return stranger === undefined ? undefined : issue('is not a known field', stranger);
  };
}
