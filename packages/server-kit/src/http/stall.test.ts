import { request } from 'node:http';
import { connect } from 'node:http2';
import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { type Served, serve, versions } from './fixtures/serve.ts';
import { ask, begin, START, setup } from './fixtures/setup.ts';

const EVENTS = 900;
const MIB = 1024 ** 2;

/**
 * Opens a stream and reads nothing of it: not even that the server has cut it off. Returns what
 * ends it.
 */
function neverRead(version: string, { origin, cert }: Served, path: string): () => void {
  const headers = { authorization: 'Bearer alice' };
  if (version === 'HTTP/2') {
    const session = connect(`https://localhost:${origin.port}`, { ca: cert });
    const stream = session.request({ ...headers, ':path': path });
    stream.on('error', () => {});
    stream.on('response', () => stream.pause());
    return () => session.destroy();
  }
  const sent = request({ ...origin, path, headers }, (response) => response.pause());
  sent.on('error', () => {});
  sent.end();
  return () => sent.destroy();
}

describe.each(versions)('L1: a client that never reads over %s', (version) => {
  it('costs bounded memory, is cut off with a reason, and resumes with nothing lost', async () => {
    const { handler, operations } = setup({ timing: { stallMs: 400 } });
    const server = await serve(version, handler);
    const id = await begin(operations, ['qualification_verified']);
    const big = {
      ...samplePayload(processes.upgrade, 'awaiting_burn'),
      message: 'x'.repeat(64 * 1024),
    };
    for (let seq = 3; seq <= EVENTS; seq += 1) operations.append(id, 'awaiting_burn', big);
    const path = `${START}/${id}/events`;
    const reads = operations.calls('events');

    const leave = neverRead(version, server, path);
    await expect
      .poll(() => handler.stats(), { timeout: 20_000 })
      .toMatchObject({ active: 0, failed: 1, closed: { stalled: 1 } });
    if (version === 'HTTP/1.1') await expect.poll(() => server.sockets).toBe(0);
    // Each look at the journal sent one event, which is a budget of its own. They lie in the
    // buffers of the kernel and of Node: of 56 MiB, a part that does not grow with the log.
    const looks = operations.calls('events') - reads;
    expect(looks * 65 * 1024).toBeLessThan(24 * MIB);

    leave();

    operations.append(id, 'cancelled');
    const frames = framesOf(await server.fetch(path, ask('GET')));
    await frames.rest();
    expect(frames.seqs).toEqual(Array.from({ length: EVENTS + 1 }, (_, index) => index + 1));
    await server.close();
  });
});
