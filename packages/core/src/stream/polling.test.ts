import { describe, expect, test } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { heartbeatFrame } from '../protocol/frame.ts';
import { log, openLive, pushed, scripted } from './fixtures/environments.ts';
import { memoryFetch } from './fixtures/memory-fetch.ts';
import { waitingUpgrade } from './fixtures/recordings.ts';
import { startOver } from './fixtures/run.ts';
import { createScriptedServer } from './fixtures/scripted-server.ts';

describe('C7 where streaming does not work', () => {
  test('headers without a byte: pages from the same log, and the reason is told', async () => {
    const growing = [...waitingUpgrade];
    const held = (accept: string | null) =>
      accept === 'text/event-stream' ? { reply: { body: new Uint8Array() } } : undefined;
    const environment = scripted({
      log: growing,
      fault: (request) => held(request.headers.get('accept')),
    });
    await environment.time.advance(5_000);
    expect(environment.connection()).toMatchObject({ state: 'polling', reason: 'buffered' });
    expect(environment.operation.getSnapshot().operation?.seq).toBe(3);
    growing.push(...log.slice(3));
    await environment.time.advance(10_000);
    await expect(environment.operation.done).resolves.toMatchObject({
      status: 'completed',
      seq: log.length,
    });
    expect(environment.server.posts).toBe(1);
    expect(environment.server.requests[1]?.path).toBe('/api/v1/nft/upgrade/upg_1/events?after=0');
  });

  test('not even headers, twice: the start asks for JSON with the same key', async () => {
    const environment = scripted({
      fault: (request) =>
        request.headers.get('accept') === 'text/event-stream' ? { hang: true } : undefined,
    });
    await environment.time.advance(60_000);
    await expect(environment.operation.done).resolves.toMatchObject({ status: 'completed' });
    const posts = environment.server.requests.filter((request) => request.method === 'POST');
    expect(posts.map((request) => request.headers.get('accept'))).toEqual([
      'text/event-stream',
      'text/event-stream',
      'application/json',
    ]);
    expect(new Set(posts.map((request) => request.headers.get('idempotency-key'))).size).toBe(1);
  });

  test('an answer in JSON, or 406: pages', async () => {
    const notAcceptable = { reply: { status: 406, headers: {} } };
    const environment = scripted({
      fault: (request, index) =>
        index === 0
          ? { cutAfter: 900 }
          : request.headers.get('accept') === 'text/event-stream'
            ? notAcceptable
            : undefined,
    });
    await environment.time.advance(5_000);
    await expect(environment.operation.done).resolves.toMatchObject({ status: 'completed' });
    expect(environment.server.posts).toBe(1);
    expect(environment.operation.counters.polls).toBeGreaterThan(0);
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
    const environment = pushed();
    const answer = await openLive(environment);
    const wrong = -86_400_000;
    const heartbeat = (lateBy: number) =>
      answer.write(heartbeatFrame(environment.time.clock.now() - lateBy + wrong));
    for (let round = 0; round < 3; round++) {
      await environment.time.advance(4_000);
      heartbeat(0);
    }
    await environment.time.settle();
    expect(environment.connection().state).toBe('live');
    for (let round = 0; round < 2; round++) {
      await environment.time.advance(8_000);
      heartbeat(8_000);
      heartbeat(4_000);
      heartbeat(0);
      await environment.time.settle();
    }
    expect(environment.net.calls[1]).toMatchObject({
      method: 'GET',
      path: '/api/v1/nft/upgrade/upg_1/events?after=3',
    });
    const page = environment.net.answer(1, { 'content-type': 'application/json' });
    page.write(JSON.stringify({ events: [], terminal: false }));
    page.end();
    await environment.time.settle();
    expect(environment.connection()).toMatchObject({ state: 'polling', reason: 'buffered' });
  });

  test('another network is given another chance to stream', async () => {
    const growing = [...waitingUpgrade];
    let buffered = true;
    const environment = scripted({
      log: growing,
      fault: (request) =>
        buffered && request.headers.get('accept') === 'text/event-stream'
          ? { reply: { body: new Uint8Array() } }
          : undefined,
    });
    await environment.time.advance(6_000);
    expect(environment.connection().state).toBe('polling');
    buffered = false;
    environment.signals.emit('online');
    await environment.time.settle();
    expect(environment.connection()).toMatchObject({ state: 'live', reason: null });
    environment.client.close();
  });
});
