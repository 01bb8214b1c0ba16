import {
  base64,
  either,
  flag,
  instant,
  int,
  list,
  matching,
  number,
  object,
  oneOf,
  record,
  schemaOf,
  sized,
} from './tests.ts';
import type { Definition, Fields, FieldsTest, Schema, Test } from './types.ts';

/**
 * The schema of a definition, put together at run time: for the processes of a host. Those of this
 * package are written to `generated.ts`.
 */
export const compile = <T>(definition: Definition): Schema<T> => schemaOf(testOf(definition));

function testOf(definition: Definition): Test {
  switch (definition.kind) {
    case 'string':
      return stringTest(definition);
    case 'number': {
      const { int: whole, min, max } = definition;
      return (value) => (whole ? int : number)(value, min, max);
    }
    case 'boolean':
      return flag;
    case 'unknown':
      return () => true;
    case 'choice':
      return (value) => oneOf(value, definition.values);
    case 'optional':
    case 'nullable': {
      const inner = testOf(definition.inner);
      const absent = definition.kind === 'optional' ? undefined : null;
      return (value) => value === absent || inner(value);
    }
    case 'list':
    case 'record': {
      const inner = testOf(definition.inner);
      return (value) => (definition.kind === 'list' ? list : record)(value, inner);
    }
    case 'either': {
      const options = definition.options.map(testOf);
      return (value) => either(value, options);
    }
    case 'object': {
      const fields = compileFields(definition.fields);
      const known = definition.loose ? undefined : Object.keys(definition.fields);
      return (value) => object(value, fields, known);
    }
    case 'zod':
      return definition.test;
  }
}

function stringTest({
  min = 0,
  max = Infinity,
  format,
  pattern,
}: Extract<Definition, { kind: 'string' }>): Test {
  const wanted = pattern === undefined ? undefined : new RegExp(pattern);
  return (value) =>
    sized(value, min, max) &&
    (format !== 'base64' || base64(value)) &&
    (format !== 'datetime' || instant(value)) &&
    (wanted === undefined || matching(value, wanted));
}

/** The test of the fields of an object. */
export function compileFields(fields: Fields): FieldsTest {
  const entries = Object.entries(fields).map(([key, field]) => ({ key, test: testOf(field) }));
  return (value) => entries.every(({ key, test }) => test(value[key]));
}
