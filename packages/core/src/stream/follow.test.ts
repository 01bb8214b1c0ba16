import { describe, expect, test } from 'vitest';
import { heartbeatFrame } from '../protocol/frame.ts';
import { GAP_HEADER } from '../protocol/version.ts';
import { waitingUpgrade } from './fixtures/recordings.ts';
import { frames, log, opening, openLive, pushed, scripted } from './fixtures/worlds.ts';

describe('C7 the connection', () => {
  test('goes from connecting to live to closed', async () => {
    const world = pushed();
    expect(world.connection()).toMatchObject({ state: 'connecting', attempt: 0 });
    const answer = await openLive(world);
    expect(world.connection()).toEqual({
      state: 'live',
      attempt: 0,
      reason: null,
      error: null,
      nextRetryAt: null,
    });
    answer.write(frames(log.slice(3)));
    await world.time.settle();
    expect(world.connection()).toMatchObject({ state: 'closed', reason: 'ended' });
    expect(world.time.pending).toBe(0);
    expect(world.signals.listening).toBe(0);
    expect(answer.cancelled()).toBe(true);
  });

  test('a cut waits for a drawn delay, says so, and resumes from the cursor', async () => {
    const world = pushed();
    const answer = await openLive(world);
    answer.fail();
    await world.time.settle();
    expect(world.connection()).toMatchObject({
      state: 'reconnecting',
      reason: 'cut',
      nextRetryAt: world.time.clock.now() + 1_000,
    });
    await world.time.advance(999);
    expect(world.net.calls).toHaveLength(1);
    await world.time.advance(1);
    expect(world.net.calls[1]).toMatchObject({
      method: 'GET',
      path: '/api/v1/nft/upgrade/upg_1/events',
      headers: { 'Last-Event-ID': '3' },
    });
  });

  test.each(['a stream', 'a page'])(
    'C8 %s from a server that has lost the cursor is counted, and tells nothing twice',
    async (kind) => {
      const world = pushed();
      const told: number[] = [];
      void (async () => {
        for await (const { seq } of world.operation) told.push(seq);
      })();
      (await openLive(world)).fail();
      await world.time.advance(1_000);
      const fromTheStart = { [GAP_HEADER]: 'true' };
      const json = { 'content-type': 'application/json' };
      if (kind === 'a stream') world.net.answer(1, fromTheStart).write(opening + frames(log));
      else {
        world.net.answer(1, json).end();
        await world.time.advance(1_000);
        const page = world.net.answer(2, { ...json, ...fromTheStart });
        page.write(JSON.stringify({ events: log, terminal: true }));
        page.end();
      }
      await world.time.settle();
      expect(world.operation.getSnapshot().operation).toMatchObject({ status: 'completed' });
      expect(world.operation.counters).toMatchObject({
        cursorsLost: 1,
        duplicates: 3,
        events: log.length,
      });
      expect(told).toEqual(log.map(({ seq }) => seq));
    },
  );

  test('retry: 0 does not mean at once', async () => {
    const world = pushed();
    const answer = await openLive(world);
    answer.write('retry: 0\n\n');
    await world.time.settle();
    answer.end();
    await world.time.advance(99);
    expect(world.net.calls).toHaveLength(1);
    await world.time.advance(1);
    expect(world.net.calls).toHaveLength(2);
  });

  test('silence for 2.5 heartbeats is a dead connection; a heartbeat keeps it', async () => {
    const world = pushed();
    const answer = await openLive(world);
    for (let beat = 0; beat < 5; beat++) {
      await world.time.advance(4_000);
      answer.write(heartbeatFrame(world.time.clock.now()));
    }
    await world.time.advance(9_900);
    expect(world.connection().state).toBe('live');
    await world.time.advance(200);
    expect(world.connection()).toMatchObject({ state: 'reconnecting', reason: 'silent' });
    expect(answer.cancelled()).toBe(true);
    expect(world.operation.counters.silences).toBe(1);
  });

  test('gives up after the budget with the reason, and retry() grants a new one', async () => {
    const world = scripted(
      {
        log: waitingUpgrade,
        fault: (_, index) =>
          index === 0 ? { cutAfter: 5_000 } : index < 4 ? { lost: true } : undefined,
      },
      { limits: { maxAttempts: 3 } },
    );
    await world.time.advance(60_000);
    expect(world.connection()).toMatchObject({ state: 'gave_up', reason: 'network', attempt: 3 });
    expect(world.connection().error).toMatchObject({
      code: 'connection_gave_up',
      operationId: 'upg_1',
    });
    await world.time.advance(3_600_000);
    expect(world.server.requests).toHaveLength(4);
    expect(world.time.pending).toBe(0);
    await world.operation.retry();
    await world.time.settle();
    expect(world.connection()).toMatchObject({ state: 'live', attempt: 0 });
    expect(world.server.requests[4]?.headers.get('last-event-id')).toBe('3');
    expect(world.server.posts).toBe(1);
    world.client.close();
  });

  test('given up without a network: the network brings it back with a full budget', async () => {
    const world = scripted(
      {
        log: waitingUpgrade,
        fault: (_, index) =>
          index === 0 ? { cutAfter: 5_000 } : index < 7 ? { lost: true } : undefined,
      },
      { limits: { maxAttempts: 4 } },
    );
    await world.time.advance(60_000);
    expect(world.connection().state).toBe('gave_up');
    expect(world.server.requests).toHaveLength(5);
    world.signals.emit('visible');
    await world.time.advance(60_000);
    expect(world.connection()).toMatchObject({ state: 'live', attempt: 0 });
    world.client.close();
  });

  test('an idle operation on a server that closes in turn never runs out of budget', async () => {
    const world = pushed({ limits: { maxAttempts: 3 } });
    let answer = await openLive(world);
    for (let roll = 1; roll <= 10; roll++) {
      for (let beat = 0; beat < 2; beat++) {
        await world.time.advance(4_000);
        answer.write(heartbeatFrame(world.time.clock.now()));
      }
      await world.time.settle();
      answer.end();
      await world.time.advance(1_000);
      answer = world.net.answer(roll);
      answer.write(opening);
      await world.time.settle();
      expect(world.connection()).toMatchObject({ state: 'live', attempt: 0 });
    }
    expect(world.net.calls.filter((call) => call.method === 'POST')).toHaveLength(1);
  });

  test.each(['online', 'visible', 'pageshow', 'resume'] as const)(
    '%s ends a wait at once, and only once',
    async (signal) => {
      const world = pushed();
      const answer = await openLive(world);
      answer.fail();
      await world.time.settle();
      world.signals.emit(signal);
      world.signals.emit(signal);
      await world.time.settle();
      world.signals.emit(signal);
      await world.time.settle();
      expect(world.net.calls.map((call) => call.method)).toEqual(['POST', 'GET']);
    },
  );

  test('a Retry-After is kept whatever the device says', async () => {
    const world = scripted({
      log: waitingUpgrade,
      fault: (_, index) =>
        index === 0
          ? { cutAfter: 5_000 }
          : index === 1
            ? { reply: { status: 503, headers: { 'retry-after': '20' }, end: 'close' } }
            : undefined,
    });
    await world.time.advance(1_000);
    expect(world.connection()).toMatchObject({ state: 'reconnecting', reason: 'busy' });
    world.signals.emit('visible');
    world.signals.emit('online');
    await world.time.advance(19_000);
    expect(world.server.requests).toHaveLength(2);
    await world.time.advance(3_000);
    expect(world.connection().state).toBe('live');
    world.client.close();
  });

  test('an answer whose body never ends is given up in time', async () => {
    const world = scripted({
      log: waitingUpgrade,
      fault: (_, index) => (index === 0 ? { reply: { status: 500, end: 'open' } } : undefined),
    });
    await world.time.advance(14_000);
    expect(world.connection()).toMatchObject({ state: 'connecting' });
    await world.time.advance(3_000);
    expect(world.connection()).toMatchObject({ state: 'live' });
    world.client.close();
  });

  test('offline is a state of its own; the network brings it back with nothing lost', async () => {
    const world = pushed({ limits: { maxAttempts: 2 } });
    const answer = await openLive(world);
    world.signals.emit('offline');
    answer.fail();
    await world.time.settle();
    expect(world.connection()).toMatchObject({ state: 'offline', reason: 'offline', attempt: 0 });
    for (let probe = 1; probe <= 4; probe++) {
      await world.time.advance(30_000);
      world.net.refuse(probe);
      await world.time.settle();
      expect(world.connection().state).toBe('offline');
    }
    world.signals.emit('online');
    await world.time.settle();
    const again = world.net.answer(5);
    again.write(opening + frames(log.slice(3)));
    await world.time.settle();
    await expect(world.operation.done).resolves.toMatchObject({ status: 'completed' });
  });

  test('C9 a device that slept drops the dead socket as soon as it wakes', async () => {
    const world = pushed();
    await openLive(world);
    world.time.sleep(3_600_000);
    world.signals.emit('resume');
    await world.time.settle();
    expect(world.net.calls).toHaveLength(2);
    expect(world.net.calls[1]).toMatchObject({ method: 'GET', headers: { 'Last-Event-ID': '3' } });
  });

  test('a tab switch leaves a healthy stream and a start under way alone', async () => {
    const world = pushed();
    await world.time.advance(8_000);
    world.signals.emit('visible');
    await world.time.settle();
    expect(world.net.calls).toHaveLength(1);
    await openLive(world);
    world.signals.emit('visible');
    world.signals.emit('online');
    await world.time.settle();
    expect(world.net.calls).toHaveLength(1);
    expect(world.connection().state).toBe('live');
  });
});
