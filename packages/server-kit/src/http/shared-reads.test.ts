import { expect, it } from 'vitest';
import { settle } from './fixtures/test-clock.ts';
import { createSharedReads } from './shared-reads.ts';

it('joins reads that are asked for at once, and never one that has begun', async () => {
  const share = createSharedReads<number>();
  const begun: ((value: number) => void)[] = [];
  const read = () => new Promise<number>((resolve) => begun.push(resolve));
  const together = [share('a', 1, read), share('a', 1, read)];
  const others = [share('a', 2, read), share('b', 1, read)];
  await settle();
  expect(begun).toHaveLength(3);
  // What woke this one may have been written after the first has looked.
  const later = share('a', 1, read);
  await settle();
  expect(begun).toHaveLength(4);
  for (const [index, resolve] of begun.entries()) resolve(index);
  expect(await Promise.all([...together, ...others, later])).toEqual([0, 0, 1, 2, 3]);
});
