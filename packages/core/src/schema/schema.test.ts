import fc from 'fast-check';
import { describe, expect, expectTypeOf, it, test } from 'vitest';
import * as z from 'zod/mini';
import { isNftUpgradeError } from '../errors/index.ts';
import { processes } from '../processes/index.ts';
import { confirmBurnSchema, eventPageSchema } from '../protocol/commands.ts';
import { problemSchema } from '../protocol/problem.ts';
import { snapshotSchema } from '../protocol/snapshot.ts';
import { sampleEvents, samplePayload } from '../testing/samples.ts';
import * as s from './index.ts';
import { toZod } from './zod.ts';

/** Values near the edges of what schemas ask for. */
const scalars: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, undefined, true, false, 0, -0, 1, -1, 0.5, 100, 101, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 53 - 1),
  fc.constantFrom('', 'AA==', 'AAA=', 'AAAA', 'A===', 'AA=', 'A-_=', 'safe', 'gone', '1'.repeat(44), 'I'.repeat(44), 'x'.repeat(129)),
  fc
    .tuple(
      fc.constantFrom('2024', '2026', '2000', '1900', '0000', '10000', '26'),
      fc.constantFrom('00', '01', '02', '04', '12', '13', '2'),
      fc.constantFrom('00', '01', '28', '29', '30', '31', '32'),
      fc.constantFrom('00:00', '23:59:59', '24:00:00', '10:60', '10:00:60', '10:00:00.1', '10:00:00.123456789', '10:00:00.', '10'),
      fc.constantFrom('Z', '', '+00:00', 'z', 'Z\n'),
    )
    .map(([year, month, day, time, zone]) => `${year}-${month}-${day}T${time}${zone}`),
  fc.string(),
  fc.double(),
);
const values = fc.oneof(scalars, fc.array(scalars, { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', 'c'), scalars));

const small: Record<string, s.AnySchema> = {
  string: s.string(),
  bounded: s.string({ min: 1, max: 128 }),
  pattern: s.matching(/^[1-9A-HJ-NP-Za-km-z]{32,88}$/),
  base64: s.base64(),
  'bounded base64': s.base64({ min: 4, max: 8 }),
  datetime: s.datetime(),
  number: s.number(),
  percent: s.number({ min: 0, max: 100 }),
  int: s.int(),
  positive: s.int({ min: 1 }),
  boolean: s.boolean(),
  unknown: s.unknown(),
  choice: s.choice('safe', 0, true),
  either: s.either(s.string(), s.number({ min: 0 })),
  optional: s.optional(s.int()),
  nullable: s.nullable(s.int()),
  list: s.list(s.int()),
  record: s.record(s.either(s.string(), s.boolean())),
  loose: s.loose({ a: s.int(), b: s.optional(s.string()) }),
  strict: s.strict({ a: s.int(), b: s.optional(s.nullable(s.string())), c: s.optional(s.unknown()) }),
  'zod within': s.loose({ a: z.union([z.string(), z.number()]) }),
};

/** Says the same as zod about the value, and names the same field first. */
function expectSame(schema: s.AnySchema, value: unknown): void {
  const ours = s.checkOf(schema)(value);
  const theirs = z.safeParse(toZod(schema), value);
  expect(ours === undefined, `${JSON.stringify(value)}: ${JSON.stringify(ours)}`).toBe(theirs.success);
}

describe('every schema judges as zod does', () => {
  test.each(Object.entries(small))('%s', (_, schema) => {
    fc.assert(
      fc.property(values, (value) => expectSame(schema, value)),
      { numRuns: 400 },
    );
  });

  const events = Object.values(processes).flatMap((process) => {
    const envelopes = sampleEvents(process, [process.initial]);
    return Object.values(process.statuses).map(({ status, event: schema }) => ({
      schema,
      event: { ...envelopes[0], status, ...samplePayload(process, status) },
    }));
  });

  test('every event of every process, whole and with one field changed or gone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.nat(), scalars, fc.boolean(), ({ schema, event }, at, value, gone) => {
        expectSame(schema, event);
        expectSame(schema, change(event, at, value, gone));
      }),
      { numRuns: 1_500 },
    );
  });

  test('answers and problems', () => {
    const schemas = [confirmBurnSchema, eventPageSchema, problemSchema, snapshotSchema];
    fc.assert(
      fc.property(fc.constantFrom(...schemas), values, (schema, value) => expectSame(schema, value)),
      { numRuns: 400 },
    );
  });
});

/** The value with one field, at any depth, replaced or taken away. */
function change(value: unknown, at: number, replacement: unknown, gone: boolean): unknown {
  if (typeof value !== 'object' || value === null) return replacement;
  const keys = Object.keys(value);
  const key = keys[at % Math.max(keys.length, 1)] ?? 'none';
  const copy: Record<string, unknown> = { ...value };
  const inner = copy[key];
  if (typeof inner === 'object' && inner !== null && at % 3 === 0) copy[key] = change(inner, Math.floor(at / 3), replacement, gone);
  else if (gone) delete copy[key];
  else copy[key] = replacement;
  return copy;
}

describe('what is wrong is named, and never shown', () => {
  const schema = s.strict({ one: s.loose({ two: s.list(s.int()) }) });
  it.each([
    [null, '(root)', 'is not an object'],
    [{ one: { two: [1, 'secret'] } }, 'one.two.1', 'is not an integer'],
    [{ one: { two: [] }, three: 'secret' }, 'three', 'is not a known field'],
  ])('%j', (value, field, problem) => {
    let details: unknown;
    try {
      s.read(schema, value);
    } catch (thrown) {
      if (isNftUpgradeError(thrown)) details = thrown.details;
    }
    expect(details).toEqual({ field, problem });
  });

  it('also of a schema of another library', () => {
    expect(s.loose({ a: z.object({ b: z.array(z.string()) }) }).check({ a: { b: [1] } })).toMatchObject({ field: 'a.b.0' });
  });
});

it('infers the types', () => {
  const schema = s.strict({
    a: s.int(),
    b: s.optional(s.choice('x', 1)),
    c: z.string(),
    d: s.nullable(s.list(s.boolean())),
    e: s.unknown(),
  });
  expectTypeOf<s.Infer<typeof schema>>().toEqualTypeOf<{
    a: number;
    b?: 'x' | 1 | undefined;
    c: string;
    d: boolean[] | null;
    e: unknown;
  }>();
});
