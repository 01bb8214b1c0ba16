import { expect, it } from 'vitest';
import { pageOf } from './page.ts';

it('counts by package and folder, and leaves what was written by hand', () => {
  const files = [
    ['packages/core/src/a/b/one.ts', { s: { 0: 1, 1: 0 }, b: { 0: [1, 0] } }],
    ['packages/core/src/two.ts', { s: { 0: 3 }, b: {} }],
  ] as const;
  const page = pageOf(files, 'old figures\n## What did not run, and why\n\nBecause.\n');
  expect(page).toContain('| core | 66.7 % | 2 of 3 | 50.0 % | 1 of 2 |');
  expect(page).toContain('| packages/core/src/a | 50.0 % | 1 of 2 | 50.0 % | 1 of 2 |');
  expect(page).toContain('| packages/core/src | 100.0 % | 1 of 1 | – | 0 of 0 |');
  expect(page.endsWith('## What did not run, and why\n\nBecause.\n')).toBe(true);
  expect(page).not.toContain('old figures');
});
