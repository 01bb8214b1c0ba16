import { expect, test } from 'vitest';
import { createHistory } from './history.ts';

const read = async <T>(loop: AsyncIterable<T>): Promise<T[]> => {
  const seen: T[] = [];
  for await (const item of loop) seen.push(item);
  return seen;
};

test('a loop that begins late, and one that waits, see the same once', async () => {
  const history = createHistory<number>(10);
  const waiting = read(history.iterate());
  history.add([1, 2]);
  await Promise.resolve();
  history.add([3]);
  history.end();
  expect(await waiting).toEqual([1, 2, 3]);
  expect(await read(history.iterate())).toEqual([1, 2, 3]);
});

test('memory is bounded: who is too far behind goes on with the oldest there is', async () => {
  const history = createHistory<number>(3);
  const slow = history.iterate();
  history.add([1, 2]);
  expect((await slow.next()).value).toBe(1);
  history.add([3, 4, 5, 6]);
  history.end();
  expect(await read(slow)).toEqual([4, 5, 6]);
});

test.each([1, 2, 3, 6, 7, 20])(
  'of %i events the last three are there, however they came',
  async (count) => {
    const all = Array.from({ length: count }, (_, index) => index);
    const [one, each] = [createHistory<number>(3), createHistory<number>(3)];
    const behind = each.iterate();
    one.add(all);
    for (const event of all) each.add([event]);
    for (const history of [one, each]) history.end();
    for (const loop of [one.iterate(), each.iterate(), behind])
      expect(await read(loop)).toEqual(all.slice(-3));
  },
);

test('an end with an error throws it, after what came before', async () => {
  const history = createHistory<number>(3);
  history.add([1]);
  history.end(new RangeError('gone'));
  const loop = history.iterate();
  expect(await loop.next()).toEqual({ done: false, value: 1 });
  await expect(loop.next()).rejects.toThrow('gone');
});
