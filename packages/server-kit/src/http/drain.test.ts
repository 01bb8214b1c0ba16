import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload, virtualTime } from '@aiw3/nft-upgrade/testing';
import { describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { serve, versions } from './fixtures/serve.ts';
import { ask, begin, call, input, START, setup } from './fixtures/setup.ts';

const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

describe.each(versions)('L3: a stop over %s', (version) => {
  it('drains every stream with its own delay; each resumes elsewhere, nothing lost', async () => {
    const first = setup({ timing: { retryMs: 100 }, limits: { streamsPerOperation: 100 } });
    const second = setup({ limits: { streamsPerOperation: 100 } }, first.operations);
    const [leaving, staying] = [
      await serve(version, first.handler),
      await serve(version, second.handler),
    ];
    const id = await begin(first.operations);
    const path = `${START}/${id}/events`;
    const streams = await Promise.all(
      Array.from({ length: 10 }, async () => framesOf(await leaving.fetch(path, ask('GET')))),
    );
    await Promise.all(streams.map((frames) => frames.until((frame) => frame.id === 1)));

    const draining = first.handler.drain({ spreadMs: 1_000 });
    first.operations.append(
      id,
      'qualification_verified',
      samplePayload(processes.upgrade, 'qualification_verified'),
    );
    await Promise.all([draining, ...streams.map((frames) => frames.rest())]);
    const retries = streams.map((frames) => frames.seen.at(-1)?.retry ?? 0).sort((a, b) => a - b);
    for (const [share, retry] of retries.entries()) {
      expect(retry).toBeGreaterThanOrEqual(100 + share * 100 - 1);
      expect(retry).toBeLessThanOrEqual(100 + (share + 1) * 100 + 1);
    }
    expect(first.handler.stats()).toMatchObject({
      active: 0,
      failed: 0,
      closed: { drained: 10 },
      draining: true,
    });

    // The socket closes by itself, also one that HTTP/2 or keep-alive would leave open.
    await leaving.end();
    first.operations.append(id, 'cancelled');
    for (const frames of streams) {
      const cursor = frames.seqs.at(-1);
      const rest = framesOf(
        await staying.fetch(path, ask('GET', { headers: { 'Last-Event-ID': String(cursor) } })),
      );
      await rest.rest();
      expect([...frames.seqs, ...rest.seqs]).toEqual([1, 2, 3]);
    }
    await Promise.all([leaving.close(), staying.close()]);
  });
});

describe('while it drains', () => {
  it('the node takes no new streams, warns its monitor, and still takes a burn', async () => {
    const { handler, operations } = setup();
    const id = await begin(operations, ['qualification_verified', 'awaiting_burn']);
    await handler.drain();
    const refused = await call(handler, 'POST', START, { body: input });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect((await call(handler, 'GET', `${START}/${id}/events`)).status).toBe(503);
    expect((await call(handler, 'GET', '/api/v1/monitoring/sse-health')).status).toBe(503);
    expect(handler.health()).toMatchObject({
      status: 'warning',
      recommendations: [expect.stringContaining('stopping')],
    });
    const confirmed = await call(handler, 'PATCH', `${START}/${id}/confirm-burn`, {
      body: { burnTxSignature: signature },
    });
    expect(confirmed.status).toBe(200);
  });

  it('a stream that was on its way is told to come back at once', async () => {
    const { handler, operations } = setup();
    const started = operations.start;
    operations.start = async (request) => {
      void handler.drain({ spreadMs: 500 });
      return started(request);
    };
    const frames = framesOf(await call(handler, 'POST', START, { body: input }));
    await frames.rest();
    expect(frames.seen.at(-1)?.retry).toBeGreaterThanOrEqual(2_000);
    expect(handler.stats().closed.drained).toBe(1);
  });

  it('waits for a client that does not read, and for a hung start, only so long', async () => {
    const time = virtualTime();
    const { handler, operations } = setup({ clock: time.clock });
    const id = await begin(operations);
    await call(handler, 'GET', `${START}/${id}/events`);
    let drained = false;
    const draining = handler.drain().then(() => {
      drained = true;
    });
    await time.advance(4_000);
    expect(drained).toBe(false);
    await time.advance(2_000);
    await draining;
    expect(handler.stats()).toMatchObject({ active: 0, closed: { drained: 1 } });

    const hanging = setup({ clock: time.clock });
    hanging.operations.start = () => new Promise(() => {});
    void call(hanging.handler, 'POST', START, { body: input });
    await time.settle();
    const ended = hanging.handler.drain({ timeoutMs: 1_000 });
    await time.advance(1_000);
    await ended;
  });
});
