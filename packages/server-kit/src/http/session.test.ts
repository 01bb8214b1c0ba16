import { NftUpgradeError, processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload, virtualTime } from '@aiw3/nft-upgrade/testing';
import { describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { begin, call, START, setup } from './fixtures/setup.ts';
import { takeSession } from './session-body.ts';

const { settle } = virtualTime();

const qualified = samplePayload(processes.upgrade, 'qualification_verified');

/** A handler whose time stands still. */
function still(options: Parameters<typeof setup>[0] = {}) {
  const time = virtualTime();
  const kit = setup({ clock: time.clock, ...options });
  const open = async (id: string, user = 'alice') =>
    framesOf(await call(kit.handler, 'GET', `${START}/${id}/events`, { user }));
  return { ...kit, time, open };
}

describe('sessions', () => {
  it('L2: 1,000 idle streams share one timer', async () => {
    const { handler, operations, time, open } = still({
      limits: { connectionsPerPrincipal: 1_000, streamsPerOperation: 1_000, readsPerMinute: 1_000 },
    });
    const id = await begin(operations);
    const streams = await Promise.all(Array.from({ length: 1_000 }, () => open(id)));
    await Promise.all(streams.map((frames) => frames.until((frame) => frame.id === 1)));
    const waiting = streams.map((frames) => frames.next());
    await settle();
    expect(handler.stats().active).toBe(1_000);
    expect(time.pending).toBeLessThanOrEqual(2);

    // All of them are alive: each gets its heartbeat.
    await time.advance(16_000);
    expect((await Promise.all(waiting)).every((frame) => frame?.comment?.startsWith('time='))).toBe(
      true,
    );
    await Promise.all(streams.map((frames) => frames.cancel()));
    expect([handler.stats().active, time.pending]).toEqual([0, 0]);
  });

  it('the poll of many idle streams together is bounded, and comes round to each', async () => {
    const { operations, time, open } = still({
      limits: { connectionsPerPrincipal: 1_000, streamsPerOperation: 1_000, readsPerMinute: 1_000 },
    });
    const id = await begin(operations);
    const streams = await Promise.all(Array.from({ length: 500 }, () => open(id)));
    await Promise.all(streams.map((frames) => frames.until((frame) => frame.id === 1)));
    const waiting = streams.map((frames) => frames.next());
    await settle();
    const before = operations.calls('events');
    operations.append(id, 'qualification_verified', qualified, { silent: true });
    await time.advance(1_000);
    expect(operations.calls('events') - before).toBeLessThanOrEqual(400);
    await time.advance(5_000);
    expect((await Promise.all(waiting)).every((frame) => frame?.id === 2)).toBe(true);
    await Promise.all(streams.map((frames) => frames.cancel()));
  });

  it('C7: a clock that was set back silences no stream, and delays no news', async () => {
    const time = virtualTime();
    let ahead = 0;
    const { handler, operations } = setup({
      clock: { ...time.clock, now: () => time.clock.now() + ahead },
    });
    const id = await begin(operations);
    const frames = framesOf(await call(handler, 'GET', `${START}/${id}/events`));
    await frames.until((frame) => frame.id === 1);
    const heartbeat = frames.next();
    await settle();
    ahead = -3_600_000;
    await time.advance(2_000);
    expect((await heartbeat)?.comment).toMatch(/^time=/);
    const news = frames.until((frame) => frame.id === 2);
    ahead = -7_200_000;
    operations.append(id, 'qualification_verified', qualified, { silent: true });
    await time.advance(2_000);
    expect(await news).toMatchObject({ id: 2 });
    await frames.cancel();
  });

  it('L1: reads the journal only when the client has taken everything', async () => {
    const { handler, operations } = still();
    const id = await begin(operations);
    const response = await call(handler, 'GET', `${START}/${id}/events`);
    await settle();
    expect(operations.calls('events')).toBe(0);
    const reader = response.body?.getReader();
    await reader?.read(); // the opening frame
    await settle();
    expect(operations.calls('events')).toBe(0);
    await reader?.read();
    expect(operations.calls('events')).toBe(1);
    for (let seq = 2; seq < 200; seq += 1)
      operations.append(
        id,
        seq === 2 ? 'qualification_verified' : 'awaiting_burn',
        samplePayload(processes.upgrade, seq === 2 ? 'qualification_verified' : 'awaiting_burn'),
      );
    await settle();
    expect(operations.calls('events')).toBe(1);
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value).match(/^id: /gm)).toHaveLength(32);
    await reader?.cancel();
  });

  it('L1: only the byte budget is read from the journal before the client reads', async () => {
    const { handler, operations } = still({ limits: { streamBytes: 40_000 } });
    const id = await begin(operations, ['qualification_verified']);
    for (let seq = 3; seq <= 12; seq += 1) {
      operations.append(id, 'awaiting_burn', {
        ...samplePayload(processes.upgrade, 'awaiting_burn'),
        message: 'x'.repeat(seq === 7 ? 90_000 : 10_000),
      });
    }
    const response = await call(handler, 'GET', `${START}/${id}/events`);
    const reader = response.body?.getReader();
    await reader?.read(); // the opening frame
    const sizes: number[] = [];
    let text = '';
    while (!/^id: 12$/m.test(text)) {
      const { value } = (await reader?.read()) ?? {};
      sizes.push(value?.byteLength ?? 0);
      text += new TextDecoder().decode(value);
    }
    expect(text.match(/^id: \d+$/gm)).toEqual(
      Array.from({ length: 12 }, (_, index) => `id: ${index + 1}`),
    );
    // An event that is larger than the budget goes alone.
    const [alone = 0, ...others] = sizes.toSorted((one, other) => other - one);
    expect(alone).toBeGreaterThan(90_000);
    expect(alone).toBeLessThan(92_000);
    expect(others.every((size) => size <= 40_000)).toBe(true);
    await reader?.cancel();
  });

  it('streams that are woken together share one read of the journal', async () => {
    const { operations, open } = still({ limits: { streamsPerOperation: 20 } });
    const id = await begin(operations);
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(id)));
    await Promise.all(streams.map((frames) => frames.until((frame) => frame.id === 1)));
    const waiting = streams.map((frames) => frames.next());
    await settle();
    const before = operations.calls('events');
    operations.append(id, 'qualification_verified', qualified);
    expect((await Promise.all(waiting)).map((frame) => frame?.id)).toEqual(streams.map(() => 2));
    expect(operations.calls('events') - before).toBe(1);
    await Promise.all(streams.map((frames) => frames.cancel()));
  });

  it('L1: a client that does not read is closed with a reason, and loses nothing', async () => {
    const { handler, operations, time, open } = still();
    const id = await begin(operations);
    const response = await call(handler, 'GET', `${START}/${id}/events`);
    const reader = response.body?.getReader();
    await reader?.read();
    await time.advance(59_000);
    expect(handler.stats().active).toBe(1);
    await time.advance(3_000);
    expect(handler.stats()).toMatchObject({ active: 0, failed: 1, closed: { stalled: 1 } });
    await expect(reader?.read()).rejects.toMatchObject({ code: 'connection_lost' });
    operations.append(id, 'cancelled');
    const frames = await open(id);
    await frames.rest();
    expect(frames.seqs).toEqual([1, 2]);
  });

  it('a client that waits is never taken for one that does not read', async () => {
    const { handler, operations, time, open } = still({ timing: { heartbeatMs: 600_000 } });
    const frames = await open(await begin(operations));
    await frames.until((frame) => frame.id === 1);
    const waiting = frames.next();
    await time.advance(300_000);
    expect(handler.stats()).toMatchObject({ active: 1, failed: 0 });
    await frames.cancel();
    await waiting;
  });

  it('S2: a short failure of the journal costs nothing; a long one ends the stream', async () => {
    const { handler, operations, time, open, errors } = still();
    const down = () => new NftUpgradeError('database_unavailable');
    const id = await begin(operations);
    operations.fail('events', down(), down());
    const frames = await open(id);
    await frames.next();
    const first = frames.next();
    await time.advance(3_000);
    expect(await first).toMatchObject({ id: 1 });

    operations.fail('events', down(), down(), down());
    const end = frames.next();
    await time.advance(5_000);
    expect(await end).toBeNull();
    expect(handler.stats()).toMatchObject({ active: 0, failed: 1, closed: { failed: 1 } });
    expect(errors).toHaveLength(5);
  });

  it('a wake-up during a read is not lost', async () => {
    const { operations, open } = still();
    const id = await begin(operations);
    const { events } = operations;
    let during: (() => void) | null = null;
    operations.events = async (query) => {
      const read = await events(query);
      during?.();
      during = null;
      return read;
    };
    const frames = await open(id);
    await frames.next();
    during = () => operations.append(id, 'qualification_verified', qualified);
    expect(await frames.next()).toMatchObject({ id: 1 });
    expect(await frames.next()).toMatchObject({ id: 2 });
    await frames.cancel();
  });

  it('a response whose own write throws ends its stream, and no other', async () => {
    const { handler, operations, open, errors } = still();
    const id = await begin(operations);
    const frames = await open(id);
    await frames.until((frame) => frame.id === 1);
    const response = await call(handler, 'GET', `${START}/${id}/events`);
    let broken = false;
    let failed = false;
    const session = takeSession(response.body);
    session?.attach({
      write() {
        if (broken) throw new Error('a middleware');
        return true;
      },
      end() {},
      fail() {
        failed = true;
      },
    });
    session?.pull();
    await settle();
    broken = true;
    const next = frames.next();
    operations.append(id, 'qualification_verified', qualified);
    expect(await next).toMatchObject({ id: 2 });
    await settle();
    expect([failed, errors.length]).toEqual([true, 1]);
    expect(handler.stats()).toMatchObject({ active: 1, closed: { failed: 1 } });
    await frames.cancel();
  });

  it('an empty page read before the end is no end, though another stream has seen it', async () => {
    const { operations, time, open } = still();
    const id = await begin(operations);
    const first = await open(id);
    await first.until((frame) => frame.id === 1);
    const next = first.next();
    await settle();
    const { events } = operations;
    let release = () => {};
    operations.events = async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return [];
    };
    await time.advance(1_000);
    operations.events = events;
    operations.append(id, 'cancelled', {}, { silent: true });
    const second = await open(id);
    await second.rest();
    release();
    await settle();
    await time.advance(2_000);
    expect(await next).toMatchObject({ id: 2 });
    await first.rest();
  });

  it('a client that is gone before its stream begins leaves nothing behind', async () => {
    const { handler, operations, time } = still();
    const id = await begin(operations);
    const response = await call(handler, 'GET', `${START}/${id}/events`, {
      signal: AbortSignal.abort(),
    });
    await expect(response.text()).rejects.toThrow();
    expect([handler.stats().active, operations.watchers, time.pending]).toEqual([0, 0, 0]);
    const controller = new AbortController();
    await call(handler, 'GET', `${START}/${id}/events`, { signal: controller.signal });
    expect(handler.stats().active).toBe(1);
    controller.abort();
    expect([handler.stats().active, operations.watchers, time.pending]).toEqual([0, 0, 0]);
  });

  it('gives a reader its own buffer back at the end', async () => {
    const { handler, operations } = still();
    const id = await begin(operations, ['cancelled']);
    const response = await call(handler, 'GET', `${START}/${id}/events`, {
      headers: { 'Last-Event-ID': '2' },
    });
    const reader = response.body?.getReader({ mode: 'byob' });
    expect((await reader?.read(new Uint8Array(1024)))?.done).toBe(false);
    expect((await reader?.read(new Uint8Array(1024)))?.done).toBe(true);
  });
});
