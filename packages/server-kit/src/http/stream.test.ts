import { request as requestHttp1 } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { type Served, serve, versions } from './fixtures/serve.ts';
import { type Ask, ask, begin, input, type Setup, START, setup } from './fixtures/setup.ts';

const qualified = samplePayload(processes.upgrade, 'qualification_verified');

describe.each(versions)('a stream over %s', (version) => {
  let kit: Setup;
  let server: Served;
  const open = async (timing: Parameters<typeof setup>[0] = {}) => {
    kit = setup(timing);
    server = await serve(version, kit.handler);
  };
  const events = (id: string, options?: Ask, query = '') =>
    server.fetch(`${START}/${id}/events${query}`, ask('GET', options));

  beforeEach(() => open());
  afterEach(async () => {
    await server.close();
    await expect.poll(() => [kit.handler.stats().active, kit.operations.watchers]).toEqual([0, 0]);
    expect(kit.errors).toEqual([]);
  });

  it('C7: goes on behind Last-Event-ID, which wins over ?after=', async () => {
    const id = await begin(kit.operations, [
      'qualification_verified',
      'awaiting_burn',
      'cancelled',
    ]);
    const read = async (options: Ask, query?: string) => {
      const response = await events(id, options, query);
      const frames = framesOf(response);
      await frames.rest();
      return { seqs: frames.seqs, gap: response.headers.get('nft-stream-gap') };
    };
    expect(await read({})).toEqual({ seqs: [1, 2, 3, 4], gap: null });
    expect(await read({ headers: { 'Last-Event-ID': '2' } })).toEqual({ seqs: [3, 4], gap: null });
    expect(await read({}, '?after=3')).toEqual({ seqs: [4], gap: null });
    expect(await read({ headers: { 'Last-Event-ID': '1' } }, '?after=3')).toEqual({
      seqs: [2, 3, 4],
      gap: null,
    });
    expect(await read({ headers: { 'Last-Event-ID': '4' } })).toEqual({ seqs: [], gap: null });
    expect(kit.handler.stats()).toMatchObject({ total: 5, completed: 5, failed: 0 });
  });

  it.each(['5', '-1', '1.5', '1e0', 'abc', '99999999999999999999'])(
    'C8: the unknown cursor %s gets the whole log, and is told so',
    async (cursor) => {
      const id = await begin(kit.operations, ['cancelled']);
      const response = await events(id, { headers: { 'Last-Event-ID': cursor } });
      const frames = framesOf(response);
      await frames.rest();
      expect([frames.seqs, response.headers.get('nft-stream-gap')]).toEqual([[1, 2], 'true']);
    },
  );

  it('C7: a stream cut in the middle resumes with nothing lost and nothing twice', async () => {
    const id = await begin(kit.operations);
    const first = framesOf(await events(id));
    await first.until((frame) => frame.id === 1);
    await first.cancel();
    await expect.poll(() => kit.handler.stats().closed.left).toBe(1);
    kit.operations.append(id, 'qualification_verified', qualified);
    kit.operations.append(id, 'cancelled');
    const second = framesOf(await events(id, { headers: { 'Last-Event-ID': '1' } }));
    await second.rest();
    expect(second.seqs).toEqual([2, 3]);
  });

  it('idle streams get heartbeats with the server’s time, which carry no id', async () => {
    await server.close();
    await open({ timing: { heartbeatMs: 30, pollMs: 10_000 } });
    const frames = framesOf(await events(await begin(kit.operations)));
    expect(await frames.next()).toEqual({ retry: 2000, comment: 'heartbeat=30 protocol=1' });
    expect(await frames.next()).toMatchObject({ id: 1 });
    for (let heartbeat = 0; heartbeat < 3; heartbeat += 1) {
      const frame = await frames.next();
      expect(Object.keys(frame ?? {})).toEqual(['comment']);
      const time = Number(/^time=(\d+)$/.exec(frame?.comment ?? '')?.[1]);
      expect(Math.abs(time - Date.now())).toBeLessThan(10_000);
    }
    await frames.cancel();
  });

  it('a lost wake-up is healed by the poll', async () => {
    await server.close();
    await open({ timing: { pollMs: 20 } });
    const id = await begin(kit.operations);
    const frames = framesOf(await events(id));
    await frames.until((frame) => frame.id === 1);
    kit.operations.append(id, 'qualification_verified', qualified, { silent: true });
    expect(await frames.next()).toMatchObject({ id: 2 });
    await frames.cancel();
  });

  it('is rolled after its time, in order and before the end of the operation', async () => {
    await server.close();
    await open({ timing: { maxConnectionMs: 60 } });
    const frames = framesOf(await events(await begin(kit.operations)));
    await frames.rest();
    expect(frames.seqs).toEqual([1]);
    expect(kit.handler.stats().closed.rolled).toBe(1);
  });

  it('C2: two streams of one operation both get everything', async () => {
    const id = await begin(kit.operations);
    const both = [
      framesOf(await events(id)),
      framesOf(await server.fetch(START, ask('POST', { body: input }))),
    ];
    await Promise.all(both.map((frames) => frames.until((frame) => frame.id === 1)));
    kit.operations.append(id, 'qualification_verified', qualified);
    kit.operations.append(id, 'cancelled');
    await Promise.all(both.map((frames) => frames.rest()));
    expect(both.map((frames) => frames.seqs)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('a destroyed socket ends the session at once', async () => {
    const id = await begin(kit.operations);
    const { destroy } = await raw(version, server, `${START}/${id}/events`);
    await expect.poll(() => kit.handler.stats().active).toBe(1);
    destroy();
    await expect.poll(() => [kit.handler.stats().active, kit.operations.watchers]).toEqual([0, 0]);
    // What comes later finds nobody, and does no harm.
    kit.operations.append(id, 'qualification_verified', qualified);
    expect(kit.handler.stats()).toMatchObject({ total: 1, failed: 0, closed: { left: 1 } });
  });

  it('the headers are out before there is anything to read', async () => {
    const id = await begin(kit.operations);
    const { headers, destroy } = await raw(version, server, `${START}/${id}/events`);
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    for (const name of ['connection', 'transfer-encoding', 'keep-alive']) {
      if (version === 'HTTP/2') expect(headers).not.toHaveProperty(name);
    }
    destroy();
  });
});

/**
 * A client without comfort: it shows when the headers come, reads nothing, and breaks its socket.
 */
function raw(
  version: string,
  { origin, cert }: Served,
  path: string,
): Promise<{ headers: Record<string, unknown>; destroy(): void }> {
  const headers = { authorization: 'Bearer alice' };
  return new Promise((resolve, reject) => {
    if (version === 'HTTP/2') {
      const session = connectHttp2(`https://localhost:${origin.port}`, { ca: cert });
      session.on('error', reject);
      const stream = session.request({ ...headers, ':path': path });
      stream.on('error', () => {});
      stream.on('response', (answered) =>
        resolve({ headers: { ...answered }, destroy: () => session.destroy() }),
      );
      return;
    }
    const request = requestHttp1({ ...origin, path, headers }, (response) => {
      response.on('error', () => {});
      resolve({ headers: response.headers, destroy: () => request.destroy() });
    });
    request.on('error', reject);
    request.end();
  });
}
