import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod/mini';
import { isNftUpgradeError } from '../errors/index.ts';
import { bodies, envelope, processData } from '../generated.ts';
import { confirmBurnSchema, eventPageSchema, problemSchema, snapshotSchema } from '../protocol/bodies.ts';
import { envelopeSchema } from '../protocol/envelope.ts';
import { sources } from '../protocol/schema/definitions.ts';
import { sampleEvents, samplePayload } from '../testing/samples.ts';
import { fromZod } from './from-zod.ts';
import { compile, read } from './index.ts';

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

const small: Record<string, z.ZodMiniType> = {
  string: z.string(),
  bounded: z.string().check(z.minLength(1), z.maxLength(128)),
  pattern: z.string().check(z.regex(/^[1-9A-HJ-NP-Za-km-z]{32,88}$/)),
  base64: z.base64(),
  'bounded base64': z.base64().check(z.minLength(4), z.maxLength(8)),
  datetime: z.iso.datetime(),
  number: z.number(),
  percent: z.number().check(z.gte(0), z.lte(100)),
  int: z.int(),
  positive: z.int().check(z.positive()),
  boolean: z.boolean(),
  unknown: z.unknown(),
  enum: z.enum(['safe', 'AAAA']),
  literal: z.literal(['safe', 0, true]),
  union: z.union([z.string(), z.number().check(z.gte(0))]),
  optional: z.optional(z.int()),
  nullable: z.nullable(z.int()),
  array: z.array(z.int()),
  record: z.record(z.string(), z.union([z.string(), z.boolean()])),
  loose: z.looseObject({ a: z.int(), b: z.optional(z.string()) }),
  strict: z.strictObject({ a: z.int(), b: z.optional(z.nullable(z.string())), c: z.optional(z.unknown()) }),
};

/** What has no form as data is left to zod itself, and judged by it. */
const left: Record<string, z.ZodMiniType> = {
  refined: z.string().check(z.refine((text) => text.startsWith('A'))),
  'a fraction above 0': z.number().check(z.positive()),
  url: z.url(),
  tuple: z.tuple([z.int(), z.string()]),
  'within an object': z.looseObject({ a: z.string().check(z.refine((text) => text !== '')) }),
};

/** Says the same as zod about the value. */
function expectSame(schema: z.core.$ZodType, value: unknown): void {
  const ours = compile(fromZod(schema)).check(value);
  const theirs = z.safeParse(schema, value);
  expect(ours === undefined, `${JSON.stringify(value)}: ${JSON.stringify(ours)}`).toBe(theirs.success);
}

describe('every schema judges as zod does', () => {
  test.each(Object.entries({ ...small, ...left }))('%s', (_, schema) => {
    fc.assert(
      fc.property(values, (value) => expectSame(schema, value)),
      { numRuns: 400 },
    );
  });

  const events = sources.flatMap((process) => {
    const envelopes = sampleEvents(process, [process.initial]);
    return Object.keys(process.statuses).map((status) => ({
      schema: z.looseObject({ ...envelopeSchema.shape, ...process.source.payloads[status] }),
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

test('everything in the protocol has a form as data', () => {
  const written = JSON.stringify([envelope, bodies, processData]);
  expect(written).toContain('"kind":"string"');
  expect(written).not.toContain('"kind":"zod"');
});

test.each(Object.entries(small))('%s has a form as data', (_, schema) => {
  expect(JSON.stringify(fromZod(schema))).not.toContain('"kind":"zod"');
});

describe('what is wrong is named, and never shown', () => {
  const schema = compile(fromZod(z.strictObject({ one: z.looseObject({ two: z.array(z.int()) }) })));
  it.each([
    [null, '(root)', 'is not an object'],
    [{ one: { two: [1, 'secret'] } }, 'one.two.1', 'is not an integer'],
    [{ one: { two: [] }, three: 'secret' }, 'three', 'is not a known field'],
  ])('%j', (value, field, problem) => {
    let details: unknown;
    try {
      read(schema, value);
    } catch (thrown) {
      if (isNftUpgradeError(thrown)) details = thrown.details;
    }
    expect(details).toEqual({ field, problem });
  });

  it('also where zod itself looks', () => {
    const refined = compile(fromZod(z.looseObject({ a: z.tuple([z.int()]) })));
    expect(refined.check({ a: ['secret'] })).toMatchObject({ field: 'a.0', problem: expect.not.stringContaining('secret') });
  });
});
