import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { createWake, postgresWake, type Wake } from './wake.ts';

const made: Wake[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((wake) => wake.stop()));
});
afterAll(closeDatabases);
const patient = { timeout: 20_000 };

/** A bus in memory that can be slow, and away. */
function memoryBus() {
  const listeners = new Set<(message: string | null) => void>();
  const broadcasts: string[] = [];
  let answer: () => Promise<void> = async () => {};
  const errors: unknown[] = [];
  const join = async (node: string, timeoutMs = 2_000) => {
    const wake = await createWake({
      node,
      timeoutMs,
      onError: (error) => errors.push(error),
      bus: async (onMessage) => {
        listeners.add(onMessage);
        return {
          async broadcast(message) {
            await answer();
            broadcasts.push(message);
            for (const listener of listeners) listener(message);
          },
          leave: async () => void listeners.delete(onMessage),
        };
      },
    });
    made.push(wake);
    return wake;
  };
  return {
    join,
    broadcasts,
    errors,
    missed: () => {
      for (const listener of listeners) listener(null);
    },
    answerWith(next: () => Promise<void>) {
      answer = next;
    },
  };
}

describe('a wake-up', () => {
  it('reaches waiters here at once and elsewhere over the bus, each once', async () => {
    const bus = memoryBus();
    const [one, two] = [await bus.join('one'), await bus.join('two')];
    const received: string[] = [];
    one.subscribe('op', () => received.push('here'));
    const leave = two.subscribe('op', () => received.push('there'));
    two.subscribe('other', () => received.push('somebody else'));
    one.notify('op');
    expect(received).toEqual(['here']);
    await expect.poll(() => received, patient).toEqual(['here', 'there']);
    leave();
    one.notify('op');
    await expect.poll(() => bus.broadcasts, patient).toHaveLength(2);
    expect(received).toEqual(['here', 'there', 'here']);
  });

  it('shares messages under load: the busier a node, the fewer', async () => {
    const bus = memoryBus();
    const [one, two] = [await bus.join('one'), await bus.join('two')];
    const received = new Set<string>();
    const ids = Array.from(
      { length: 1_000 },
      (_, index) => `upg_${String(index).padStart(32, '0')}`,
    );
    for (const id of ids) two.subscribe(id, () => received.add(id));
    for (const id of ids) for (let times = 0; times < 3; times += 1) one.notify(id);
    await expect.poll(() => received.size, patient).toBe(1_000);
    // 3 000 events, 37 bytes a name, below 8 000 bytes a message.
    expect(bus.broadcasts.length).toBeLessThan(10);
    for (const message of bus.broadcasts) expect(Buffer.byteLength(message)).toBeLessThan(8_000);
  });

  it('wakes everybody after the bus may have missed something', async () => {
    const bus = memoryBus();
    const wake = await bus.join('one');
    let woken = 0;
    for (const id of ['a', 'b']) wake.subscribe(id, () => woken++);
    bus.missed();
    expect(woken).toBe(2);
  });

  it('S6: a bus that fails or hangs is reported once; only other nodes wake later', async () => {
    const bus = memoryBus();
    const [one, two] = [await bus.join('one', 50), await bus.join('two', 50)];
    const received: string[] = [];
    one.subscribe('op', () => received.push('here'));
    two.subscribe('op', () => received.push('there'));
    bus.answerWith(() => Promise.reject(new TypeError('away')));
    one.notify('op');
    await expect.poll(() => bus.errors, patient).toHaveLength(1);
    bus.answerWith(() => new Promise(() => undefined));
    one.notify('op');
    expect(received).toEqual(['here', 'here']);
    let back = false;
    bus.answerWith(async () => {
      back = true;
    });
    await expect
      .poll(() => {
        if (!received.includes('there')) one.notify('op');
        return back && received.includes('there');
      }, patient)
      .toBe(true);
    expect(bus.errors).toHaveLength(1);
  });
});

describe.each(databases)('the wake-up of $name', ({ open }) => {
  let db: Db;
  beforeAll(async () => {
    db = await open();
  });
  it('goes from node to node through the database', async () => {
    const join = async (node: string) => {
      const wake = await createWake({ bus: postgresWake(db), node, onError: () => undefined });
      made.push(wake);
      return wake;
    };
    const [one, two] = [await join('one'), await join('two')];
    const received: string[] = [];
    two.subscribe('op-1', () => received.push('op-1'));
    two.subscribe('op-2', () => received.push('op-2'));
    one.notify('op-1');
    one.notify('op-2');
    await expect.poll(() => received.toSorted(), patient).toEqual(['op-1', 'op-2']);
  });
});
