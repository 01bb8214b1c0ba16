import { describe, expect, it } from 'vitest';
import type { Loaded } from './journal.ts';
import { createRecentLog } from './recent-log.ts';

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
    const recent = createRecentLog();
    recent.keep(logOf('a', 3));
    recent.keep(logOf('a', 5));
    expect(seqs(recent.read(owned('a'), 3, 10))).toEqual([4, 5]);
    expect(seqs(recent.read(owned('a'), 0, 2))).toEqual([1, 2]);
    expect(recent.read(owned('a', 'mallory'), 0, 10)).toBeNull();
    expect(recent.read(owned('a', 'alice', 'claim'), 0, 10)).toBeNull();
    expect(recent.read(owned('b'), 0, 10)).toBeNull();
  });

  it('say nothing about what may have come after them', () => {
    const recent = createRecentLog();
    recent.keep(logOf('a', 5));
    expect(recent.read(owned('a'), 5, 10)).toBeNull();
    expect(recent.read(owned('a'), 9, 10)).toBeNull();
  });

  it('go when another node has news, and when there are too many', () => {
    const recent = createRecentLog();
    for (const id of ['a', 'b']) recent.keep(logOf(id, 2));
    recent.drop('a');
    expect(recent.read(owned('a'), 0, 10)).toBeNull();
    expect(seqs(recent.read(owned('b'), 0, 10))).toEqual([1, 2]);
    recent.drop(null);
    expect(recent.read(owned('b'), 0, 10)).toBeNull();
    for (let index = 0; index < 257; index += 1) recent.keep(logOf(`op_${index}`, 1));
    expect(recent.read(owned('op_0'), 0, 10)).toBeNull();
    expect(seqs(recent.read(owned('op_256'), 0, 10))).toEqual([1]);
  });
});
