import { expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { createReleases } from './releases.ts';

const lease = { operationId: 'upg_1', lease: 7 };

/** A database whose statements end when the test says so. */
function openHeld() {
  let end: (error?: Error) => void = () => {};
  const sql = () =>
    new Promise<never[]>((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve([]));
    });
  const db = { sql } as unknown as Db;
  return { releases: createReleases(db, () => {}), end: (error?: Error) => end(error) };
}

it('what is just being given back is not called held by nobody before it is', async () => {
  const { releases, end } = openHeld();
  releases.add(lease);
  const flushed = releases.flush();
  const order: string[] = [];
  const withdrawn = releases.withdraw(lease.operationId).then((number) => {
    order.push('withdrawn');
    return number;
  });
  await Promise.resolve();
  order.push('given back');
  end();
  await flushed;
  expect([await withdrawn, order]).toEqual([null, ['given back', 'withdrawn']]);
});

it('what the database did not take back is still held', async () => {
  const { releases, end } = openHeld();
  releases.add(lease);
  const flushed = releases.flush();
  const withdrawn = releases.withdraw(lease.operationId);
  end(new Error('away'));
  await flushed;
  expect(await withdrawn).toBe(7);
});
