import { expect, test } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { sampleEvents } from '../testing/samples.ts';
import { usualOf } from './durations.ts';
import { foldAll } from './reduce.ts';
import { stepsOf } from './steps.ts';

const until = (...statuses: string[]) => foldAll(upgrade, sampleEvents(upgrade, statuses));
const states = (...statuses: string[]) =>
  stepsOf(upgrade, until(...statuses))
    .map(({ state }) => state)
    .join(' ');
const burned = [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'verifying_burn',
  'burn_verified',
];

test('steps show how far it has come, and where it stopped', () => {
  expect(stepsOf(upgrade, null).map(({ name, state }) => `${name} ${state}`)).toEqual(
    ['preflight', 'burn', 'metadata', 'mint', 'record'].map((name) => `${name} upcoming`),
  );
  expect(states('initializing', 'qualification_failed')).toBe(
    'stopped upcoming upcoming upcoming upcoming',
  );
  expect(states(...burned.slice(0, 3))).toBe('done current upcoming upcoming upcoming');
  expect(states(...burned.slice(0, 3), 'cancelled')).toBe(
    'done stopped upcoming upcoming upcoming',
  );
  expect(states(...burned, 'uploading_metadata', 'upload_failed', 'recovering')).toBe(
    'done done current upcoming upcoming',
  );
  expect(states(...burned, 'uploading_metadata', 'upload_failed', 'needs_attention')).toBe(
    'done done stopped upcoming upcoming',
  );
  expect(
    states(...burned, 'uploading_metadata', 'upload_failed', 'needs_attention', 'compensated'),
  ).toBe('done done done done done');
});

test('usual durations: of this step, and of the road ahead without what lies behind', () => {
  const usualMs = {
    qualification_verified: 500,
    awaiting_burn: 8_000,
    burn_verified: 100,
    minting_new_nft: 15_000,
    recovering: 60_000,
  };
  const snapshot = until('initializing', 'qualification_verified', 'awaiting_burn');
  if (!snapshot) throw new Error('no snapshot');
  const measured = { ...snapshot, facts: { ...snapshot.facts, usualMs } };
  expect(usualOf(upgrade, measured)).toEqual({ stepMs: 8_000, leftMs: 23_100 });
  expect(usualOf(upgrade, { ...measured, terminal: true })).toEqual({ stepMs: null, leftMs: null });
  for (const facts of [{}, { usualMs: 'soon' }, { usualMs: { awaiting_burn: 'x' } }])
    expect(usualOf(upgrade, { ...snapshot, facts })).toEqual({ stepMs: null, leftMs: null });
});
