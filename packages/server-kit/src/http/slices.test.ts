import { virtualTime } from '@aiw3/nft-upgrade/testing';
import { describe, expect, it } from 'vitest';
import { createSlices, type Steps } from './slices.ts';

const { settle } = virtualTime();

/** So many writes, which are noted as they happen. */
function* writes(count: number, note: () => void): Steps {
  for (let made = 0; made < count; made += 1) {
    note();
    yield true;
  }
}

describe('work on many streams', () => {
  it('is done at once when it is little', () => {
    let made = 0;
    createSlices()(writes(100, () => (made += 1)));
    expect(made).toBe(100);
  });

  it('never blocks the event loop for more than a slice, and does everything', async () => {
    const slices = createSlices();
    let made = 0;
    slices(writes(2_000, () => (made += 1)));
    slices(writes(2_000, () => (made += 1)));
    let most = made;
    while (made < 4_000) {
      const before = made;
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, made - before);
    }
    // Two turns can lie between two looks.
    expect(most).toBeLessThanOrEqual(600);
  });

  it('lets a small one pass between the slices of a large one', async () => {
    const slices = createSlices();
    let large = 0;
    let small = 0;
    slices(writes(100_000, () => (large += 1)));
    slices(writes(1, () => (small += 1)));
    await settle();
    expect(small).toBe(1);
    expect(large).toBeLessThan(100_000);
  });
});
