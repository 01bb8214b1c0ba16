import { describe, expect, test } from 'vitest';
import { heartbeatFrame } from '../protocol/frame.ts';
import { GAP_HEADER } from '../protocol/version.ts';
import { frames, log, opening, openLive, pushed, scripted } from './fixtures/environments.ts';
import { waitingUpgrade } from './fixtures/recordings.ts';

describe('C7 the connection', () => {
  test('goes from connecting to live to closed', async () => {
    const environment = pushed();
    expect(environment.connection()).toMatchObject({ state: 'connecting', attempt: 0 });
    const answer = await openLive(environment);
    expect(environment.connection()).toEqual({
      state: 'live',
      attempt: 0,
      reason: null,
      error: null,
      nextRetryAt: null,
    });
    answer.write(frames(log.slice(3)));
    await environment.time.settle();
    expect(environment.connection()).toMatchObject({ state: 'closed', reason: 'ended' });
    expect(environment.time.pending).toBe(0);
    expect(environment.signals.listening).toBe(0);
    expect(answer.cancelled()).toBe(true);
  });

  test('a cut waits for a drawn delay, says so, and resumes from the cursor', async () => {
    const environment = pushed();
    const answer = await openLive(environment);
    answer.fail();
    await environment.time.settle();
    expect(environment.connection()).toMatchObject({
      state: 'reconnecting',
      reason: 'cut',
      nextRetryAt: environment.time.clock.now() + 1_000,
    });
    await environment.time.advance(999);
    expect(environment.net.calls).toHaveLength(1);
    await environment.time.advance(1);
    expect(environment.net.calls[1]).toMatchObject({
      method: 'GET',
      path: '/api/v1/nft/upgrade/upg_1/events',
      headers: { 'Last-Event-ID': '3' },
    });
  });

  test.each(['a stream', 'a page'])(
    'C8 %s from a server that has lost the cursor is counted, and tells nothing twice',
    async (kind) => {
      const environment = pushed();
      const seqs: number[] = [];
      void (async () => {
        for await (const { seq } of environment.operation) seqs.push(seq);
      })();
      (await openLive(environment)).fail();
      await environment.time.advance(1_000);
      const fromTheStart = { [GAP_HEADER]: 'true' };
      const json = { 'content-type': 'application/json' };
      if (kind === 'a stream') environment.net.answer(1, fromTheStart).write(opening + frames(log));
      else {
        environment.net.answer(1, json).end();
        await environment.time.advance(1_000);
        const page = environment.net.answer(2, { ...json, ...fromTheStart });
        page.write(JSON.stringify({ events: log, terminal: true }));
        page.end();
      }
      await environment.time.settle();
      expect(environment.operation.getSnapshot().operation).toMatchObject({ status: 'completed' });
      expect(environment.operation.counters).toMatchObject({
        cursorsLost: 1,
        duplicates: 3,
        events: log.length,
      });
      expect(seqs).toEqual(log.map(({ seq }) => seq));
    },
  );

  test('retry: 0 does not mean at once', async () => {
    const environment = pushed();
    const answer = await openLive(environment);
    answer.write('retry: 0\n\n');
    await environment.time.settle();
    answer.end();
    await environment.time.advance(99);
    expect(environment.net.calls).toHaveLength(1);
    await environment.time.advance(1);
    expect(environment.net.calls).toHaveLength(2);
  });

  test('silence for 2.5 heartbeats is a dead connection; a heartbeat keeps it', async () => {
    const environment = pushed();
    const answer = await openLive(environment);
    for (let heartbeat = 0; heartbeat < 5; heartbeat++) {
      await environment.time.advance(4_000);
      answer.write(heartbeatFrame(environment.time.clock.now()));
    }
    await environment.time.advance(9_900);
    expect(environment.connection().state).toBe('live');
    await environment.time.advance(200);
    expect(environment.connection()).toMatchObject({ state: 'reconnecting', reason: 'silent' });
    expect(answer.cancelled()).toBe(true);
    expect(environment.operation.counters.silences).toBe(1);
  });

  test('gives up after the budget with the reason, and retry() grants a new one', async () => {
    const environment = scripted(
      {
        log: waitingUpgrade,
        fault: (_, index) =>
          index === 0 ? { cutAfter: 5_000 } : index < 6 ? { lost: true } : undefined,
      },
      { limits: { maxAttempts: 3 } },
    );
    await environment.time.advance(20_000);
    expect(environment.connection()).toMatchObject({
      state: 'gave_up',
      reason: 'network',
      attempt: 3,
    });
    expect(environment.connection().error).toMatchObject({
      code: 'connection_gave_up',
      operationId: 'upg_1',
    });
    expect(environment.connection().nextRetryAt).not.toBeNull();
    await environment.operation.retry();
    await environment.time.settle();
    expect(environment.connection()).toMatchObject({ state: 'live', attempt: 0 });
    expect(environment.server.requests.at(-1)?.headers.get('last-event-id')).toBe('3');
    expect(environment.server.posts).toBe(1);
    environment.client.close();
  });

  test('given up without a network: the network brings it back with a full budget', async () => {
    const environment = scripted(
      {
        log: waitingUpgrade,
        fault: (_, index) =>
          index === 0 ? { cutAfter: 5_000 } : index < 8 ? { lost: true } : undefined,
      },
      { limits: { maxAttempts: 4 } },
    );
    await environment.time.advance(20_000);
    expect(environment.connection().state).toBe('gave_up');
    expect(environment.server.requests).toHaveLength(8);
    environment.signals.emit('visible');
    await environment.time.advance(60_000);
    expect(environment.connection()).toMatchObject({ state: 'live', attempt: 0 });
    environment.client.close();
  });

  test('an idle operation on a server that closes in turn never runs out of budget', async () => {
    const environment = pushed({ limits: { maxAttempts: 3 } });
    let answer = await openLive(environment);
    for (let roll = 1; roll <= 10; roll++) {
      for (let heartbeat = 0; heartbeat < 2; heartbeat++) {
        await environment.time.advance(4_000);
        answer.write(heartbeatFrame(environment.time.clock.now()));
      }
      await environment.time.settle();
      answer.end();
      await environment.time.advance(1_000);
      answer = environment.net.answer(roll);
      answer.write(opening);
      await environment.time.settle();
      expect(environment.connection()).toMatchObject({ state: 'live', attempt: 0 });
    }
    expect(environment.net.calls.filter((call) => call.method === 'POST')).toHaveLength(1);
  });

  test.each(['online', 'visible', 'pageshow', 'resume'] as const)(
    '%s ends a wait at once, and only once; a stream that has not spoken gets a page beside it',
    async (signal) => {
      const environment = pushed();
      const answer = await openLive(environment);
      answer.fail();
      await environment.time.settle();
      environment.signals.emit(signal);
      environment.signals.emit(signal);
      await environment.time.settle();
      environment.signals.emit(signal);
      await environment.time.settle();
      environment.signals.emit(signal);
      await environment.time.settle();
      const accepts = environment.net.calls.map(({ headers }) => headers.Accept);
      expect(accepts).toEqual(['text/event-stream', 'text/event-stream', 'application/json']);
    },
  );

  test('a Retry-After is kept whatever the device says', async () => {
    const environment = scripted({
      log: waitingUpgrade,
      fault: (_, index) =>
        index === 0
          ? { cutAfter: 5_000 }
          : index === 1
            ? {
                reply: {
                  status: 503,
                  headers: { 'retry-after': '20', 'nft-protocol': '1' },
                  end: 'close',
                },
              }
            : index === 2
              ? { lost: true }
              : undefined,
    });
    await environment.time.advance(1_000);
    expect(environment.connection()).toMatchObject({ state: 'reconnecting', reason: 'busy' });
    environment.signals.emit('visible');
    environment.signals.emit('online');
    await environment.time.advance(19_000);
    expect(environment.server.requests).toHaveLength(3);
    await environment.time.advance(3_000);
    expect(environment.connection().state).toBe('live');
    environment.client.close();
  });

  test('an answer whose body never ends is given up in time', async () => {
    const environment = scripted({
      log: waitingUpgrade,
      fault: (_, index) => (index === 0 ? { reply: { status: 500, end: 'open' } } : undefined),
    });
    await environment.time.advance(14_000);
    expect(environment.connection()).toMatchObject({ state: 'connecting' });
    await environment.time.advance(3_000);
    expect(environment.connection()).toMatchObject({ state: 'live' });
    environment.client.close();
  });

  test('offline is a state of its own; the network brings it back with nothing lost', async () => {
    const environment = pushed({ limits: { maxAttempts: 2 } });
    const answer = await openLive(environment);
    environment.signals.emit('offline');
    answer.fail();
    await environment.time.settle();
    expect(environment.connection()).toMatchObject({
      state: 'offline',
      reason: 'offline',
      attempt: 0,
    });
    for (let probe = 1; probe <= 4; probe++) {
      await environment.time.advance(30_000);
      environment.net.refuse(probe);
      await environment.time.settle();
      expect(environment.connection().state).toBe('offline');
    }
    environment.signals.emit('online');
    await environment.time.settle();
    const again = environment.net.answer(5);
    again.write(opening + frames(log.slice(3)));
    await environment.time.settle();
    await expect(environment.operation.done).resolves.toMatchObject({ status: 'completed' });
  });

  test('C9 a device that slept drops the dead socket as soon as it wakes', async () => {
    const environment = pushed();
    await openLive(environment);
    environment.time.sleep(3_600_000);
    environment.signals.emit('resume');
    await environment.time.settle();
    expect(environment.net.calls).toHaveLength(3);
    expect(environment.net.calls[1]).toMatchObject({
      method: 'GET',
      path: expect.stringMatching(/after=3$/),
    });
    expect(environment.net.calls[2]).toMatchObject({ headers: { 'Last-Event-ID': '3' } });
  });

  test('a tab switch leaves a stream and a start under way alone; one page is read', async () => {
    const environment = pushed();
    await environment.time.advance(8_000);
    environment.signals.emit('visible');
    await environment.time.settle();
    expect(environment.net.calls).toHaveLength(1);
    await openLive(environment);
    environment.signals.emit('visible');
    environment.signals.emit('online');
    await environment.time.settle();
    expect(environment.net.calls.map(({ path }) => path)).toEqual([
      '/api/v1/nft/upgrade',
      '/api/v1/nft/upgrade/upg_1/events?after=3',
    ]);
    expect(environment.connection().state).toBe('live');
  });
});
