import { describe, expect, test } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { heartbeatFrame } from '../protocol/frame.ts';
import { memoryFetch } from './fixtures/memory-fetch.ts';
import { waitingUpgrade } from './fixtures/recordings.ts';
import { startOver } from './fixtures/run.ts';
import { createScriptedServer } from './fixtures/scripted-server.ts';
import { log, openLive, pushed, scripted } from './fixtures/worlds.ts';

describe('C7 where streaming does not work', () => {
  test('headers without a byte: pages from the same log, and the reason is told', async () => {
    const growing = [...waitingUpgrade];
    const held = (accept: string | null) =>
      accept === 'text/event-stream' ? { reply: { body: new Uint8Array() } } : undefined;
    const world = scripted({
      log: growing,
      fault: (request) => held(request.headers.get('accept')),
    });
    await world.time.advance(5_000);
    expect(world.connection()).toMatchObject({ state: 'polling', reason: 'buffered' });
    expect(world.operation.getSnapshot().operation?.seq).toBe(3);
    growing.push(...log.slice(3));
    await world.time.advance(10_000);
    await expect(world.operation.done).resolves.toMatchObject({
      status: 'completed',
      seq: log.length,
    });
    expect(world.server.posts).toBe(1);
    expect(world.server.requests[1]?.path).toBe('/api/v1/nft/upgrade/upg_1/events?after=0');
  });

  test('not even headers, twice: the start asks for JSON with the same key', async () => {
    const world = scripted({
      fault: (request) =>
        request.headers.get('accept') === 'text/event-stream' ? { hang: true } : undefined,
    });
    await world.time.advance(60_000);
    await expect(world.operation.done).resolves.toMatchObject({ status: 'completed' });
    const posts = world.server.requests.filter((request) => request.method === 'POST');
    expect(posts.map((request) => request.headers.get('accept'))).toEqual([
      'text/event-stream',
      'text/event-stream',
      'application/json',
    ]);
    expect(new Set(posts.map((request) => request.headers.get('idempotency-key'))).size).toBe(1);
  });

  test('an answer in JSON, or 406: pages', async () => {
    const notAcceptable = { reply: { status: 406, headers: {} } };
    const world = scripted({
      fault: (request, index) =>
        index === 0
          ? { cutAfter: 900 }
          : request.headers.get('accept') === 'text/event-stream'
            ? notAcceptable
            : undefined,
    });
    await world.time.advance(5_000);
    await expect(world.operation.done).resolves.toMatchObject({ status: 'completed' });
    expect(world.server.posts).toBe(1);
    expect(world.operation.counters.polls).toBeGreaterThan(0);
  });

  test('a runtime whose responses have no readable body: pages, and still one start', async () => {
    const server = createScriptedServer({ process: upgrade, log });
    const streaming = memoryFetch(server);
    const fetch = async (input: string, init: RequestInit) => {
      const response = await streaming(input, init);
      const bodiless = new Response(null, { status: response.status, headers: response.headers });
      return response.headers.get('content-type') === 'text/event-stream' ? bodiless : response;
    };
    const { operation } = startOver(upgrade, server, undefined, { environment: { fetch } });
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
    expect(server.posts).toBe(1);
  });

  test('frames that are late twice are held back on the way; a wrong clock is not', async () => {
    const world = pushed();
    const answer = await openLive(world);
    const wrong = -86_400_000;
    const beat = (lateBy: number) =>
      answer.write(heartbeatFrame(world.time.clock.now() - lateBy + wrong));
    for (let round = 0; round < 3; round++) {
      await world.time.advance(4_000);
      beat(0);
    }
    await world.time.settle();
    expect(world.connection().state).toBe('live');
    for (let round = 0; round < 2; round++) {
      await world.time.advance(8_000);
      beat(8_000);
      beat(4_000);
      beat(0);
      await world.time.settle();
    }
    expect(world.net.calls[1]).toMatchObject({
      method: 'GET',
      path: '/api/v1/nft/upgrade/upg_1/events?after=3',
    });
    expect(world.connection()).toMatchObject({ state: 'polling', reason: 'buffered' });
  });

  test('another network is given another chance to stream', async () => {
    const growing = [...waitingUpgrade];
    let buffered = true;
    const world = scripted({
      log: growing,
      fault: (request) =>
        buffered && request.headers.get('accept') === 'text/event-stream'
          ? { reply: { body: new Uint8Array() } }
          : undefined,
    });
    await world.time.advance(6_000);
    expect(world.connection().state).toBe('polling');
    buffered = false;
    world.signals.emit('online');
    await world.time.settle();
    expect(world.connection()).toMatchObject({ state: 'live', reason: null });
    world.client.close();
  });
});
