import { request } from 'node:http';
import { connect } from 'node:http2';
import { getActiveResourcesInfo } from 'node:process';
import type { Clock } from '@aiw3/nft-upgrade';
import { describe, expect, it } from 'vitest';
import { createEmitter } from './emitter/emitter.ts';
import { memoryJournal } from './emitter/memory-journal.ts';
import { type Served, serve, versions } from './http/fixtures/serve.ts';
import { systemClock } from './http/options.ts';

// 10,000 in all.
const STARTS = 5_000;
const AT_ONCE = 100;
const body = JSON.stringify({ targetTierId: 'tier-2' });
const headers = { 'content-type': 'application/json' };

/**
 * Where a client breaks off: before its body is out, at once, when the head is there, at the first
 * bytes, or a moment later.
 */
const moments = ['body', 'sent', 'head', 'bytes', 'later'] as const;

interface Stream {
  on(event: string, listener: () => void): unknown;
  write(text: string): unknown;
  end(text?: string): unknown;
  resume(): unknown;
}

/** One start that is broken off at a random moment. Resolves when the client is gone. */
function breakOff(stream: Stream, leave: () => void, closed: string): Promise<void> {
  const moment = moments[Math.floor(Math.random() * moments.length)];
  return new Promise((resolve) => {
    stream.on('error', () => {});
    stream.on(closed, resolve);
    if (moment === 'body') {
      stream.write(body.slice(0, 5));
      leave();
      return;
    }
    stream.end(body);
    if (moment === 'sent') leave();
    if (moment === 'head') stream.on('response', leave);
    if (moment === 'bytes') stream.on('data', leave);
    if (moment === 'later') setTimeout(leave, Math.random() * 20);
  });
}

function client(
  version: string,
  { origin, cert }: Served,
): { one(): Promise<void>; close(): void } {
  if (version === 'HTTP/2') {
    // A server closes a connection that has reset a thousand streams at once.
    let session = connect(`https://localhost:${origin.port}`, { ca: cert });
    let count = 0;
    const one = () => {
      if (count++ % 500 === 499) {
        session.close();
        session = connect(`https://localhost:${origin.port}`, { ca: cert });
      }
      session.on('error', () => {});
      session.setMaxListeners(0);
      const stream = session.request(
        { ...headers, ':method': 'POST', ':path': '/' },
        { endStream: false },
      );
      return breakOff(stream, () => stream.close(8), 'close');
    };
    return { one, close: () => session.destroy() };
  }
  const one = () => {
    const sent = request({ ...origin, method: 'POST', headers, agent: false });
    sent.on('response', (response) => {
      response.on('error', () => {});
      response.on('data', () => void sent.emit('data'));
    });
    return breakOff(sent as never, () => void sent.destroy(), 'close');
  };
  return { one, close: () => {} };
}

describe.each(versions)('L1, L2: over %s', (version) => {
  it(`${STARTS} starts with random disconnects leave no session, timer or listener`, async () => {
    let timers = 0;
    const clock: Clock = {
      now: () => Date.now(),
      setTimeout(callback, delayMs) {
        timers += 1;
        const done = () => {
          timers -= 1;
          callback();
        };
        return { timer: systemClock.setTimeout(done, delayMs) };
      },
      clearTimeout(given) {
        timers -= 1;
        systemClock.clearTimeout((given as { timer: unknown }).timer);
      },
    };
    const inner = memoryJournal();
    let watchers = 0;
    const journal: typeof inner = {
      ...inner,
      watch(operationId, wake) {
        watchers += 1;
        const end = inner.watch(operationId, wake);
        return () => {
          watchers -= 1;
          end();
        };
      },
    };
    const many = STARTS * 2;
    const emitter = createEmitter({
      clock,
      journal,
      limits: {
        connectionsPerPrincipal: many,
        streamsPerOperation: many,
        connections: many,
        startsPerMinute: many,
        readsPerMinute: many,
      },
    });
    let started = 0;
    const server = await serve(version, async (asked) => {
      const opened = await emitter.respond(asked, {
        process: 'upgrade',
        principal: { id: 'alice' },
        subject: String(started++),
      });
      return opened.response;
    });
    const resources = getActiveResourcesInfo().length;
    const { one, close } = client(version, server);
    let left = STARTS;
    const worker = async () => {
      while (left-- > 0) await one();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    close();

    await expect.poll(() => emitter.handler.stats().active, { timeout: 60_000 }).toBe(0);
    await expect.poll(() => [watchers, timers], { timeout: 60_000 }).toEqual([0, 0]);
    await expect.poll(() => server.sockets, { timeout: 60_000 }).toBe(0);
    await expect
      .poll(() => getActiveResourcesInfo().length, { timeout: 60_000 })
      .toBeLessThanOrEqual(resources + 5);
    expect(started).toBeGreaterThan(STARTS / 2);
    expect(emitter.handler.stats().total).toBeGreaterThan(STARTS / 4);
    await server.close();
  }, 300_000);
});
