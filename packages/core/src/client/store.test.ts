import { expect, test } from 'vitest';
import { createStore } from './store.ts';

test('all changes of a turn are one call, after the turn', async () => {
  const store = createStore({ a: 1, b: 1 }, () => undefined);
  let calls = 0;
  store.subscribe(() => calls++);
  store.set({ a: 2 });
  store.set({ b: 2 });
  expect([calls, store.get()]).toEqual([0, { a: 2, b: 2 }]);
  await Promise.resolve();
  expect(calls).toBe(1);
});

test('a change that changes nothing is none', async () => {
  const store = createStore({ a: Number.NaN }, () => undefined);
  const before = store.get();
  let calls = 0;
  store.subscribe(() => calls++);
  store.set({ a: Number.NaN });
  await Promise.resolve();
  expect([calls, store.get() === before]).toEqual([0, true]);
});

test('a listener that leaves is not called; the same function twice is two', async () => {
  const store = createStore({ a: 1 }, () => undefined);
  const called: string[] = [];
  const twice = () => called.push('twice');
  store.subscribe(() => leave());
  const leave = store.subscribe(() => called.push('left'));
  store.subscribe(twice);
  store.subscribe(twice)();
  store.set({ a: 2 });
  await Promise.resolve();
  expect(called).toEqual(['twice']);
});
