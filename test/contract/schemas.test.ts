import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NftUpgradeError } from '../../packages/core/src/errors/index.ts';
import { foldAll } from '../../packages/core/src/machine/reduce.ts';
import { processes } from '../../packages/core/src/processes/index.ts';
import { toProblem } from '../../packages/core/src/protocol/problem.ts';
import { pascal, protocolSchema } from '../../packages/core/src/protocol/schema/definitions.ts';
import { type Scenario, scenarios } from '../../packages/core/src/testing/index.ts';
import { sampleWalk } from '../../packages/core/src/testing/walks.ts';
import { play } from './fixtures/play.ts';

const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allErrors: false,
});
addFormats.default(ajv);
ajv.addFormat('base64', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
const schema = protocolSchema();
ajv.addSchema(schema, 'p');
const validator = (name: string) => {
  const validate = ajv.getSchema(`p#/$defs/${name}`);
  if (!validate) throw new Error(`no ${name}`);
  return (value: unknown): string =>
    validate(JSON.parse(JSON.stringify(value))) ? '' : ajv.errorsText(validate.errors);
};

describe.each(Object.values(processes))(
  'the schemas of $name, read by an independent validator',
  (process) => {
    const event = validator(`${pascal(process.name)}Event`);
    const snapshot = validator('Snapshot');

    it('pass every event and every snapshot of every legal run', () => {
      const choices = fc.array(fc.nat(20), { maxLength: 25 });
      fc.assert(
        fc.property(choices, (picked) => {
          const events = sampleWalk(process, picked);
          for (const one of events) expect(event(one)).toBe('');
          expect(snapshot(foldAll(process, events))).toBe('');
        }),
        { numRuns: 60 },
      );
    });

    it('refuse an event without a member, with a wrong type, or of another asset', () => {
      const [first] = sampleWalk(process, []);
      for (const wrong of [
        { ...first, seq: 0 },
        { ...first, version: undefined },
        { ...first, asset: 'burned_owed' },
        { ...first, process: 'other' },
        { ...first, timestamp: 'now' },
      ]) {
        expect(event(wrong)).not.toBe('');
      }
      expect(event({ ...first, sparkle: 1 })).toBe('');
    });
  },
);

const all = Object.values(scenarios).flatMap((ofProcess) => Object.values(ofProcess) as Scenario[]);

it.each(all.map((one) => [`${one.process.name}: ${one.name}`, one] as const))(
  'pass the frames of scenario %s',
  async (_, one) => {
    const event = validator(`${pascal(one.process.name)}Event`);
    const envelope = validator('Envelope');
    const { text } = await play(one);
    const frames = [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, data = '']) => JSON.parse(data) as { status: string },
    );
    expect(frames.length).toBeGreaterThan(1);
    for (const frame of frames)
      expect((Object.hasOwn(one.process.statuses, frame.status) ? event : envelope)(frame)).toBe(
        '',
      );
  },
);

it('the schema of problems passes what the server makes', () => {
  const problem = validator('Problem');
  expect(
    problem(
      toProblem(
        new NftUpgradeError('cancel_refused', { asset: 'burned_owed', operationId: 'upg_1' }),
      ),
    ),
  ).toBe('');
  expect(problem({ title: 'x' })).not.toBe('');
});

it('the schema of confirmations is closed', () => {
  const confirm = validator('ConfirmBurn');
  const burnTxSignature =
    '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
  expect(confirm({ burnTxSignature })).toBe('');
  expect(confirm({ signedTransaction: 'AQID' })).toBe('');
  expect(confirm({ burnTxSignature, signedTransaction: 'AQID' })).not.toBe('');
});
