import { describe, expect, it } from 'vitest';
import { createFresh } from './fresh.ts';
import type { Loaded } from './journal.ts';

const logOf = (id: string, last: number): Loaded => {
  const events = Array.from({ length: last }, (_, index) => ({ operationId: id, seq: index + 1 }));
  const row = { id, process: 'upgrade', principal: 'alice' };
  return { row, process: {}, events, snapshot: { seq: last } } as unknown as Loaded;
};
const owned = (operationId: string, principal = 'alice', process = 'upgrade') => ({
  operationId,
  principal,
  process,
});
const seqs = (events: readonly { seq: number }[] | null) => events?.map(({ seq }) => seq) ?? null;

describe('logs that this node has just written', () => {
  it('are read above the cursor, and only by their owner', () => {
    const fresh = createFresh();
    fresh.keep(logOf('a', 3));
    fresh.keep(logOf('a', 5));
    expect(seqs(fresh.read(owned('a'), 3, 10))).toEqual([4, 5]);
    expect(seqs(fresh.read(owned('a'), 0, 2))).toEqual([1, 2]);
    expect(fresh.read(owned('a', 'mallory'), 0, 10)).toBeNull();
    expect(fresh.read(owned('a', 'alice', 'claim'), 0, 10)).toBeNull();
    expect(fresh.read(owned('b'), 0, 10)).toBeNull();
  });

  it('say nothing about what may have come after them', () => {
    const fresh = createFresh();
    fresh.keep(logOf('a', 5));
    expect(fresh.read(owned('a'), 5, 10)).toBeNull();
    expect(fresh.read(owned('a'), 9, 10)).toBeNull();
  });

  it('go when another node has news, and when there are too many', () => {
    const fresh = createFresh();
    for (const id of ['a', 'b']) fresh.keep(logOf(id, 2));
    fresh.drop('a');
    expect(fresh.read(owned('a'), 0, 10)).toBeNull();
    expect(seqs(fresh.read(owned('b'), 0, 10))).toEqual([1, 2]);
    fresh.drop(null);
    expect(fresh.read(owned('b'), 0, 10)).toBeNull();
    for (let index = 0; index < 257; index += 1) fresh.keep(logOf(`op_${index}`, 1));
    expect(fresh.read(owned('op_0'), 0, 10)).toBeNull();
    expect(seqs(fresh.read(owned('op_256'), 0, 10))).toEqual([1]);
  });
});
