import { expect, it } from 'vitest';
import { torture } from './torture.ts';

it('S4: nodes, clients and the database die at random, and every promise holds', async () => {
  const report = await torture({ forMs: 12_000, everyMs: 500, clients: 2, usersEach: 2 });
  expect(report.found).toEqual([]);
  expect(report.kills.total).toBeGreaterThan(5);
  expect(report.completed + report.refused).toBe(report.operations);
}, 240_000);
