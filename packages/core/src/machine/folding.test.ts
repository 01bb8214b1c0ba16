import { expect, it } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { sampleEvents } from '../testing/samples.ts';
import { createFolding, fold, foldAll } from './reduce.ts';
import type { Snapshot } from './types.ts';

const log = sampleEvents(upgrade, [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'verifying_burn',
  'burn_verified',
  'uploading_metadata',
]);

/** The same with an event of a newer server in it. */
const newer = {
  ...log.at(-1),
  seq: log.length,
  status: 'resting',
  message: 'A while',
  timestamp: '2026-11-23T11:00:00.000Z',
};
const mixed = [...log.slice(0, -1), newer, { ...log.at(-1), seq: log.length + 1 }] as typeof log;

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(Object.freeze(value))) frozen(inner);
  return value;
}

it('what was handed out does not change any more, neither what was given', () => {
  let snapshot: Snapshot | null = null;
  for (const event of log) snapshot = frozen(fold(upgrade, snapshot, frozen(event)).snapshot);
  expect(snapshot).toEqual(foldAll(upgrade, log));

  const folding = createFolding(upgrade, frozen(foldAll(upgrade, log.slice(0, 2))));
  for (const event of log.slice(2)) {
    folding.add(event);
    frozen(folding.snapshot());
  }
  expect(folding.snapshot()).toEqual(snapshot);
});

it('a look in the middle changes nothing, and dropped events leave the same object', () => {
  const log = mixed;
  for (let looks = 0; looks < 2 ** log.length; looks++) {
    const folding = createFolding(upgrade, null);
    for (const [index, event] of log.entries()) {
      folding.add(event);
      if (looks & (1 << index))
        expect(folding.snapshot()).toEqual(foldAll(upgrade, log.slice(0, index + 1)));
    }
    const last = folding.snapshot();
    expect(folding.add(log[0] as (typeof log)[number])).toBe('duplicate');
    expect(folding.snapshot()).toBe(last);
    expect(last).toEqual(foldAll(upgrade, log));
  }
});
