import { expect, it } from 'vitest';
import { idsOf, idsOfTest } from '../../scripts/matrix/names.ts';
import { rows } from '../../scripts/matrix/rows.ts';

it.each([
  ['C7: a stream cut', ['C7']],
  ['B11, W5: finds the burn', ['B11', 'W5']],
  ['K1–K4: crashes', ['K1', 'K2', 'K3', 'K4']],
  ['S1 S4 survives', ['S1', 'S4']],
  ['W7 and W8: judges', ['W7', 'W8']],
  ['S4, K1, K2, B1: $process on $name', ['S4', 'K1', 'K2', 'B1']],
  ['finds W5', []],
  ['W55x', []],
])('reads the ids that “%s” begins with', (name, ids) => {
  expect(idsOf(name)).toEqual(ids);
});

it('takes the id of a suite for all of its tests, once', () => {
  expect(idsOfTest({ file: '', name: 'W1: the guard > W1: refuses > that' })).toEqual(['W1']);
});

it('has every row once', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows).toHaveLength(76);
});
