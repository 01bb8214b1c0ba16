import { expect, it } from 'vitest';
import { attacks } from './attacks/index.ts';
import { honest } from './honest/index.ts';
import { tryAll } from './run.ts';

const byKind = Map.groupBy(attacks, ({ kind }) => kind);

it('there are at least 90 attacks of 25 kinds, at most eight of one, and 40 honest flows', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(90);
  expect(byKind.size).toBeGreaterThanOrEqual(25);
  for (const [kind, all] of byKind) expect([kind, all.length <= 8]).toEqual([kind, true]);
  expect(honest.length).toBeGreaterThanOrEqual(40);
  const ids = [...attacks, ...honest].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('one attack of each kind is refused, and every eighth honest flow is accepted', async () => {
  const one = [...byKind.values()].flatMap(([first]) => first ?? []);
  const tried = await tryAll([...one, ...honest.filter((_, at) => at % 8 === 0)], 2);
  expect(tried.filter(({ code, wanted }) => code !== wanted)).toEqual([]);
});
