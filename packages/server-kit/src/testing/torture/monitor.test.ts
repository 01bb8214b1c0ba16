import { expect, it } from 'vitest';
import { createUnowned, type Sighting } from './monitor.ts';

const seen = (more: Partial<Sighting> = {}): Sighting => ({
  id: 'upg_1',
  status: 'uploading_metadata',
  live: true,
  seq: 1,
  lease: 1,
  signAt: 1_000,
  retryAt: null,
  ...more,
});

it.each([
  ['it stands still', [[[seen()], 1_000]], 0],
  [
    'it stands still for longer',
    [
      [[seen()], 1_500],
      [[seen()], 4_000],
    ],
    3_000,
  ],
  [
    'a node says that it lives, and no more',
    [
      [[seen()], 1_500],
      [[seen({ signAt: 3_900 })], 4_000],
    ],
    3_000,
  ],
  [
    'another one took it up, or an event came',
    [
      [[seen()], 1_500],
      [[seen({ lease: 2, signAt: 3_000 })], 4_000],
      [[seen({ lease: 2, seq: 2, signAt: 4_500 })], 9_000],
    ],
    2_000,
  ],
  [
    'nothing was due before',
    [
      [[seen({ retryAt: 3_500 })], 1_500],
      [[seen({ retryAt: 3_500 })], 4_000],
    ],
    500,
  ],
  [
    'it has ended, after a time in which nobody could look',
    [
      [[seen()], 1_500],
      [[seen({ live: false, seq: 2, signAt: 3_000 })], 9_000],
      [[], 20_000],
    ],
    2_000,
  ],
] as const)('S11: how long an operation was owned by nobody: %s', (_, looks, expected) => {
  const unowned = createUnowned();
  for (const [sightings, now] of looks) unowned.see(sightings, now);
  expect(unowned.oldestMs).toBe(expected);
});
