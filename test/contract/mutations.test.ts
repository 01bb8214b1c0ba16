import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idsOf } from '../../scripts/matrix/names.ts';
import { rows } from '../../scripts/matrix/rows.ts';
import { root, standing } from '../../scripts/mutations/mutation.ts';
import { mutations } from '../../scripts/mutations/mutations.ts';
import { tables } from '../../scripts/tables/tables.ts';

// That the tests of a row really fail without its protection is seen by `npm run mutate`, which
// takes minutes. That it can be tried at all is seen here.
const known = [
  ...rows.flatMap(({ id, issue }) => (issue === undefined ? [id] : [])),
  ...Object.keys(tables),
];

describe('every proved row and every table has a protection that can be switched off', () => {
  it.each(known)('%s', (id) => {
    const ofRow = mutations.filter(({ row }) => row === id);
    expect(ofRow).not.toEqual([]);
    for (const mutation of ofRow) {
      const { protection, find, replace, file, test } = mutation;
      expect(
        standing(mutation).times,
        `“${protection}”: how often its text stands in ${file}`,
      ).toBe(1);
      expect(replace, protection).not.toBe(find);
      const names = readFileSync(join(root, test), 'utf8').matchAll(
        /['"`]([A-Z]\d{1,2}\b[^'"`\n]*)/g,
      );
      const ids = [...names].flatMap(([, name = '']) => idsOf(name));
      expect(ids, `“${protection}”: tests in ${test}`).toContain(id);
    }
  });

  it('and no row that does not exist is mutated', () => {
    expect(mutations.filter(({ row }) => !known.includes(row))).toEqual([]);
  });
});
