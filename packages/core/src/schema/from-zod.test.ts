import { compileFunction } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod/mini';
import { createWriter } from '../../../../scripts/generate/tests.ts';
import { isNftUpgradeError } from '../errors/index.ts';
import { burnTransaction } from '../phases/burn.ts';
import { processes } from '../processes/index.ts';
import * as bodies from '../protocol/bodies.ts';
import { envelopeSchema } from '../protocol/envelope.ts';
import { eventSchema } from '../protocol/event.ts';
import { payloadOf } from '../protocol/next-event.ts';
import { sources } from '../protocol/schema/definitions.ts';
import * as wire from '../protocol/wire.ts';
import { sampleEvents, samplePayload } from '../testing/samples.ts';
import { fromZod } from './from-zod.ts';
import { compile, read, type Schema, schemaOf, type Test } from './index.ts';
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
  optionalText,
  record,
  sized,
  text,
} from './tests.ts';

const times = fc
  .tuple(
    fc.constantFrom('2024', '2026', '2000', '1900', '0000', '10000', '26'),
    fc.constantFrom('00', '01', '02', '04', '12', '13', '2'),
    fc.constantFrom('00', '01', '28', '29', '30', '31', '32'),
    fc.constantFrom(
      '00:00',
      '23:59:59',
      '24:00:00',
      '10:60',
      '10:00:60',
      '10:00:00.1',
      '10:00:00.123456789',
      '10:00:00.',
      '10',
    ),
    fc.constantFrom('Z', '', '+00:00', 'z', 'Z\n'),
  )
  .map(([year, month, day, time, zone]) => `${year}-${month}-${day}T${time}${zone}`);

/** Values near the edges of what schemas ask for. */
const scalars: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    true,
    false,
    0,
    -0,
    1,
    -1,
    0.5,
    100,
    101,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    2 ** 53 - 1,
  ),
  fc.constantFrom(
    '',
    'AA==',
    'AAA=',
    'AAAA',
    'A===',
    'AA=',
    'A-_=',
    'safe',
    'gone',
    '1'.repeat(44),
    'I'.repeat(44),
    'x'.repeat(129),
  ),
  times,
  fc.string(),
  fc.double(),
);
const values = fc.oneof(
  scalars,
  fc.array(scalars, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'c'), scalars),
);

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
  strict: z.strictObject({
    a: z.int(),
    b: z.optional(z.nullable(z.string())),
    c: z.optional(z.unknown()),
  }),
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
function expectSame(ours: Schema, schema: z.core.$ZodType, value: unknown): void {
  const found = ours.check(value);
  expect(found === undefined, `${JSON.stringify(value)}: ${JSON.stringify(found)}`).toBe(
    z.safeParse(schema, value).success,
  );
}

const compiled = (schema: z.core.$ZodType) => compile(fromZod(schema));

const words = {
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
  optionalText,
  record,
  sized,
  text,
};

/** The schema as `npm run generate` writes it to a file. */
function written(schema: z.core.$ZodType): Schema {
  const writer = createWriter();
  const test = writer.test(fromZod(schema), 'value');
  const program = `${writer.declarations()} return (value) => ${test}`.replaceAll(
    /\(value: \w+\)/g,
    '(value)',
  );
  return schemaOf(compileFunction(program, Object.keys(words))(...Object.values(words)) as Test);
}

describe('every schema judges as zod does', () => {
  test.each(Object.entries({ ...small, ...left }))('%s', (_, schema) => {
    const ours = compiled(schema);
    fc.assert(
      fc.property(values, (value) => expectSame(ours, schema, value)),
      { numRuns: 400 },
    );
  });

  test.each(Object.entries(small))('%s, written to a file', (_, schema) => {
    const ours = written(schema);
    fc.assert(
      fc.property(values, (value) => expectSame(ours, schema, value)),
      { numRuns: 400 },
    );
  });

  test('times', () => {
    const ours = [compiled(z.iso.datetime()), written(z.iso.datetime())];
    fc.assert(
      fc.property(times, (time) => {
        for (const one of ours) expectSame(one, z.iso.datetime(), time);
      }),
      { numRuns: 4_000 },
    );
  });

  const events = sources.flatMap((process) => {
    const envelopes = sampleEvents(process, [process.initial]);
    const ready = Object.values(processes).find(({ name }) => name === process.name);
    return Object.keys(process.statuses).map((status) => {
      const payload = samplePayload(process, status);
      const shape = process.source.payloads[status];
      return {
        schema: z.looseObject({ ...envelopeSchema.shape, ...shape }),
        event: { ...envelopes[0], status, ...payload },
        payloadSchema: z.strictObject({ message: envelopeSchema.shape.message, ...shape }),
        payload,
        ours: ready?.statuses[status],
        compiled: process.statuses[status],
      };
    });
  });

  test('C8: every event and payload of every process, also with a field changed or gone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...events),
        fc.nat(),
        scalars,
        fc.boolean(),
        (one, at, value, gone) => {
          for (const ours of [one.ours, one.compiled]) {
            if (!ours) throw new RangeError('a status of the source is missing');
            expectSame(eventSchema(ours), one.schema, one.event);
            expectSame(eventSchema(ours), one.schema, change(one.event, at, value, gone));
            expectSame(payloadOf(ours), one.payloadSchema, one.payload);
            expectSame(payloadOf(ours), one.payloadSchema, change(one.payload, at, value, gone));
            expectSame(payloadOf(ours), one.payloadSchema, { ...one.payload, more: value });
          }
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test('the events of a status this version does not know', () => {
    const [event] = sampleEvents(sources[0] ?? raise(), ['initializing']);
    fc.assert(
      fc.property(fc.nat(), scalars, fc.boolean(), (at, value, gone) => {
        expectSame(eventSchema(undefined), envelopeSchema, event);
        expectSame(eventSchema(undefined), envelopeSchema, change(event, at, value, gone));
      }),
      { numRuns: 1_500 },
    );
  });

  test('inputs', () => {
    const inputs = sources.map((process) => {
      const ready = Object.values(processes).find(({ name }) => name === process.name);
      return {
        schema: process.source.input,
        ours: ready?.input ?? raise(),
        compiled: process.input,
      };
    });
    const names = fc.constantFrom('targetTierId', 'badgeId', 'more');
    fc.assert(
      fc.property(fc.constantFrom(...inputs), fc.dictionary(names, scalars), (one, value) => {
        expectSame(one.ours, one.schema, value);
        expectSame(one.compiled, one.schema, value);
      }),
      { numRuns: 600 },
    );
  });

  test('answers and problems, whole and with one field changed or gone', () => {
    const operation = {
      operationId: 'upg_1',
      process: 'upgrade',
      version: 1,
      seq: 3,
      status: 'awaiting_burn',
      phase: 'burn',
      progress: 20,
      asset: 'safe',
      terminal: false,
      startedAt: '2026-11-23T10:00:00Z',
      updatedAt: '2026-11-23T10:00:00Z',
      message: null,
      unknown: 0,
      facts: {},
      now: {},
    };
    const signature = '5'.repeat(88);
    const { burnTransaction: burn } = samplePayload(sources[0] ?? raise(), 'awaiting_burn') as {
      burnTransaction: object;
    };
    const problem = {
      type: '',
      title: '',
      status: 400,
      code: 'x',
      retryable: true,
      actor: 'user',
      detail: '',
      hint: '',
      asset: 'safe',
    };
    const samples: readonly (readonly [Schema, z.core.$ZodType, unknown])[] = [
      [wire.snapshot, bodies.snapshotSchema, operation],
      [wire.snapshotList, bodies.snapshotListSchema, { operations: [operation] }],
      [wire.confirmBurn, bodies.confirmBurnSchema, { burnTxSignature: signature }],
      [wire.confirmBurn, bodies.confirmBurnSchema, { signedTransaction: 'AAAA' }],
      [
        wire.confirmBurnResult,
        bodies.confirmBurnResultSchema,
        { success: true, message: '', burnTxSignature: signature, operation },
      ],
      [
        wire.burnTransactionResult,
        bodies.burnTransactionResultSchema,
        { burnTransaction: burn, operation },
      ],
      [wire.burnTransaction, burnTransaction, burn],
      [wire.eventPage, bodies.eventPageSchema, { events: [{ seq: 1 }], terminal: false }],
      [
        wire.problem,
        bodies.problemSchema,
        { ...problem, operationId: 'upg_1', details: { status: 1 } },
      ],
    ];
    expect(new Set(samples.map(([ours]) => ours))).toEqual(new Set(Object.values(wire)));
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.nat(),
        values,
        fc.boolean(),
        ([ours, schema, sample], at, value, gone) => {
          expectSame(ours, schema, sample);
          expectSame(ours, schema, value);
          expectSame(ours, schema, change(sample, at, value, gone));
        },
      ),
      { numRuns: 1_500 },
    );
  });
});

function raise(): never {
  throw new RangeError('it is missing');
}

/** The value with one field, at any depth, replaced or taken away. */
function change(value: unknown, at: number, replacement: unknown, gone: boolean): unknown {
  if (typeof value !== 'object' || value === null) return replacement;
  const keys = Object.keys(value);
  const key = keys[at % Math.max(keys.length, 1)] ?? 'none';
  const copy: Record<string, unknown> = { ...value };
  const inner = copy[key];
  if (typeof inner === 'object' && inner !== null && at % 3 === 0)
    copy[key] = change(inner, Math.floor(at / 3), replacement, gone);
  else if (gone) delete copy[key];
  else copy[key] = replacement;
  return copy;
}

test.each(Object.entries(small))('%s has a form as data', (_, schema) => {
  expect(JSON.stringify(fromZod(schema))).not.toContain('"kind":"zod"');
});

describe('what is wrong is named, and never shown', () => {
  const schema = compile(
    fromZod(z.strictObject({ one: z.looseObject({ two: z.array(z.int()) }) })),
  );
  it.each([
    [null, '(root)', 'object'],
    [{ one: { two: [1, 'secret'] } }, 'one.two.1', 'integer'],
    [{ one: { two: [] }, three: 'secret' }, 'three', 'known field'],
    [{ one: { two: 'secret' } }, 'one.two', 'list'],
    [{ one: {} }, 'one.two', 'list'],
    [{}, 'one', 'object'],
    [
      Object.freeze({ one: Object.freeze({ two: Object.freeze(['secret']) }) }),
      'one.two.0',
      'integer',
    ],
  ])('%j', (value, field, expected) => {
    let details: unknown;
    try {
      read(schema, value);
    } catch (thrown) {
      if (isNftUpgradeError(thrown)) details = thrown.details;
    }
    expect(details).toEqual({ field, expected });
  });

  it('also where zod itself looks', () => {
    const refined = compile(fromZod(z.looseObject({ a: z.tuple([z.int()]) })));
    expect(refined.check({ a: ['secret'] })).toMatchObject({
      field: 'a.0',
      expected: expect.not.stringContaining('secret'),
    });
  });
});
