import fc from 'fast-check';
import { expect, it } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { sampleEvents } from '../testing/samples.ts';
import { envelope, isPlainEnvelope } from './process.ts';

const [event] = sampleEvents(upgrade, ['initializing']);

it('C8: the quick look at an envelope never lets through what its schema refuses, and needs it for nothing usual', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      '',
      'x'.repeat(65),
      'x'.repeat(129),
      0,
      1,
      -1,
      1.5,
      100,
      101,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
    ),
    fc.constantFrom(
      'safe',
      'gone',
      [],
      {},
      true,
      '2026-02-29T10:00:00Z',
      '2024-02-29T10:00:00Z',
      '2026-11-23T10:00:00+01:00',
      '2026-11-23T10:00Z',
    ),
    fc.string(),
    fc.double(),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(event ?? {}), 'message', 'upgradeId', 'more'), odd, (key, value) => {
      const changed = { ...event, [key]: value };
      expect(isPlainEnvelope(changed)).toBe(envelope.check(changed) === undefined);
    }),
    { numRuns: 3_000 },
  );
  expect(isPlainEnvelope(event)).toBe(true);
});

it('a name that every object has is no status', () => {
  expect(upgrade.statuses.constructor).toBeUndefined();
});
