import { expect, it } from 'vitest';
import { isUnnoticed, rolling } from './rolling.ts';
import { isKept, torture } from './torture.ts';

it('S4, S11, S12, S14: nodes, clients, ports and the database fail at random', async () => {
  const report = await torture({
    serializable: true,
    forMs: 9_000,
    everyMs: 400,
    clients: 2,
    usersEach: 2,
  });
  expect(report.found).toEqual([]);
  expect(isKept(report, 'postgres'), JSON.stringify(report)).toBe(true);
  const { completed, compensated, refused } = report;
  expect(completed + compensated + refused).toBe(report.operations);
}, 240_000);

it('S13: a rolling deployment is seen by no user', async () => {
  const report = await rolling({ nodes: 2, between: 3, clients: 1 });
  expect(report.found).toEqual([]);
  expect(isUnnoticed(report), JSON.stringify(report)).toBe(true);
}, 240_000);
