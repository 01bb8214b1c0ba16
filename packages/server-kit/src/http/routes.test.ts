import { processes, type Snapshot, wire } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { type Served, serve, versions } from './fixtures/serve.ts';
import { type Ask, ask, begin, input, KEY, type Setup, START, setup } from './fixtures/setup.ts';

const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

describe.each(versions)('the routes over %s', (version) => {
  let kit: Setup;
  let server: Served;
  let user = 0;
  /** A user nobody else has. */
  const somebody = () => `user${++user}`;
  const send = (method: string, path: string, options?: Ask) =>
    server.fetch(path, ask(method, options));
  const json = async (response: Response) =>
    (await response.json()) as Record<string, unknown> & Snapshot;

  beforeAll(async () => {
    kit = setup();
    server = await serve(version, kit.handler);
  });
  afterAll(async () => {
    await server.close();
    expect(kit.errors).toEqual([]);
  });

  it('POST starts and streams; the first frame comes before the first event', async () => {
    const response = await send('POST', START, {
      user: somebody(),
      body: input,
      headers: { 'Idempotency-Key': KEY },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('nft-protocol')).toBe('1');
    expect(response.headers.get('nft-stream-gap')).toBeNull();
    const id =
      /^\/api\/v1\/nft\/upgrade\/(upg_\d+)\/events$/.exec(
        response.headers.get('content-location') ?? '',
      )?.[1] ?? '';
    const frames = framesOf(response);
    expect(await frames.next()).toEqual({ retry: 2000, comment: 'heartbeat=15000 protocol=1' });
    expect(await frames.next()).toMatchObject({
      id: 1,
      data: { operationId: id, upgradeId: id, seq: 1, status: 'initializing' },
    });

    // The body of the POST has long ended: the stream has not.
    kit.operations.append(
      id,
      'qualification_verified',
      samplePayload(processes.upgrade, 'qualification_verified'),
    );
    expect(await frames.next()).toMatchObject({
      id: 2,
      data: { status: 'qualification_verified' },
    });
    kit.operations.append(id, 'cancelled');
    expect(await frames.next()).toMatchObject({ id: 3 });
    expect(await frames.next()).toBeNull();
  });

  it('POST with Accept: application/json answers 202 with the snapshot', async () => {
    const response = await send('POST', START, {
      user: somebody(),
      body: input,
      accept: 'application/json',
    });
    const snapshot = await json(response);
    expect(response.status).toBe(202);
    expect(wire.snapshot.check(snapshot)).toBeUndefined();
    expect(response.headers.get('location')).toBe(`${START}/${snapshot.operationId}`);
    expect(response.headers.get('content-location')).toBe(`${START}/${snapshot.operationId}`);
  });

  it('C1: a repeat with the same key attaches to the same operation', async () => {
    const options = {
      user: somebody(),
      body: input,
      accept: 'application/json',
      headers: { 'Idempotency-Key': KEY },
    };
    const [first, second] = [
      await json(await send('POST', START, options)),
      await json(await send('POST', START, options)),
    ];
    expect(second.operationId).toBe(first.operationId);
  });

  it('C3: the same key with another body is a conflict', async () => {
    const options = {
      user: somebody(),
      accept: 'application/json',
      headers: { 'Idempotency-Key': KEY },
    };
    await send('POST', START, { ...options, body: input });
    const response = await send('POST', START, { ...options, body: { targetTierId: 'tier-3' } });
    expect([response.status, (await json(response)).code]).toEqual([409, 'idempotency_conflict']);
  });

  it('every process is mounted with the same shape', async () => {
    for (const [path, body] of [
      ['claim', {}],
      ['badge-activation', { badgeId: 'b-1' }],
    ] as const) {
      const response = await send('POST', `/api/v1/nft/${path}`, {
        user: somebody(),
        body,
        accept: 'application/json',
      });
      expect(response.status).toBe(202);
    }
  });

  it('GET ?active=true lists the live operations of the caller', async () => {
    const name = somebody();
    const id = await begin(kit.operations, [], { user: name });
    const list = async () =>
      (await json(await send('GET', `${START}?active=true`, { user: name }))) as unknown as {
        operations: Snapshot[];
      };
    expect((await list()).operations.map((one) => one.operationId)).toEqual([id]);
    kit.operations.append(id, 'cancelled');
    expect(await list()).toEqual({ operations: [] });
    const response = await send('GET', START, { user: name });
    expect([response.status, (await json(response)).details]).toMatchObject([
      422,
      { field: 'active' },
    ]);
  });

  it('GET …/{id} is the snapshot, with its number as ETag', async () => {
    const id = await begin(kit.operations, ['qualification_verified'], { user: 'etag' });
    const read = (headers = {}) => send('GET', `${START}/${id}`, { user: 'etag', headers });
    const first = await read();
    expect([first.status, first.headers.get('etag'), (await json(first)).seq]).toEqual([
      200,
      '"2"',
      2,
    ]);
    const unchanged = await read({ 'If-None-Match': 'W/"1", W/"2"' });
    expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([
      304,
      '"2"',
      '',
    ]);
    kit.operations.append(id, 'cancelled');
    expect((await read({ 'If-None-Match': '"2"' })).status).toBe(200);
  });

  it('GET …/events with Accept: application/json is the polling fallback', async () => {
    const name = somebody();
    const id = await begin(kit.operations, ['qualification_verified'], { user: name });
    const page = async (after: string) => {
      const response = await send('GET', `${START}/${id}/events?after=${after}`, {
        user: name,
        accept: 'application/json',
      });
      const { events, terminal } = (await response.json()) as {
        events: { seq: number }[];
        terminal: boolean;
      };
      return {
        seqs: events.map((event) => event.seq),
        terminal,
        gap: response.headers.get('nft-stream-gap'),
      };
    };
    expect(await page('0')).toEqual({ seqs: [1, 2], terminal: false, gap: null });
    expect(await page('1')).toEqual({ seqs: [2], terminal: false, gap: null });
    expect(await page('9')).toEqual({ seqs: [1, 2], terminal: false, gap: 'true' });
    kit.operations.append(id, 'cancelled');
    expect(await page('3')).toEqual({ seqs: [], terminal: true, gap: null });
  });

  it('PATCH …/confirm-burn takes a signature, or the signed bytes', async () => {
    const name = somebody();
    const id = await begin(kit.operations, ['qualification_verified', 'awaiting_burn'], {
      user: name,
    });
    for (const body of [{ burnTxSignature: signature }, { signedTransaction: 'AQID' }]) {
      const response = await send('PATCH', `${START}/${id}/confirm-burn`, { user: name, body });
      expect(response.status).toBe(200);
      expect(await json(response)).toMatchObject({
        success: true,
        burnTxSignature: signature,
        operation: { status: 'verifying_burn' },
      });
    }
  });

  it('POST …/burn-transaction gives a fresh transaction', async () => {
    const name = somebody();
    const id = await begin(kit.operations, ['qualification_verified', 'awaiting_burn'], {
      user: name,
    });
    const response = await send('POST', `${START}/${id}/burn-transaction`, { user: name });
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({
      burnTransaction: { transaction: 'AQID' },
      operation: { seq: 4 },
    });
    kit.operations.append(id, 'cancelled');
    expect(
      (await send('POST', `${START}/${id}/burn-transaction`, { user: name, body: {} })).status,
    ).toBe(409);
  });

  it('POST …/cancel and …/retry answer 202, or 409 when it is too late', async () => {
    const name = somebody();
    const id = await begin(kit.operations, [], { user: name });
    const cancelled = await send('POST', `${START}/${id}/cancel`, { user: name });
    expect([cancelled.status, (await json(cancelled)).status]).toEqual([202, 'cancelled']);
    const again = await send('POST', `${START}/${id}/cancel`, { user: name, body: {} });
    expect([again.status, await json(again)]).toMatchObject([
      409,
      { code: 'cancel_refused', asset: 'safe', operationId: id },
    ]);

    const burned = await begin(
      kit.operations,
      [
        'qualification_verified',
        'burn_verified',
        'uploading_metadata',
        'upload_failed',
        'recovering',
      ],
      { user: name },
    );
    expect((await send('POST', `${START}/${burned}/retry`, { user: name })).status).toBe(202);
    expect((await json(await send('POST', `${START}/${burned}/retry`, { user: name }))).code).toBe(
      'retry_refused',
    );
  });

  it('GET sse-health needs no token and names nobody', async () => {
    const response = await send('GET', '/api/v1/monitoring/sse-health', { user: null });
    expect(response.status).toBe(200);
    const health = await json(response);
    expect(health).toMatchObject({
      service: 'sse-connections',
      status: 'healthy',
      recommendations: [],
      stats: { activeConnections: 0 },
    });
    expect(Object.keys(health.stats as object).sort()).toEqual([
      'active',
      'activeConnections',
      'completed',
      'failed',
      'memoryUsage',
      'total',
      'uptime',
    ]);
    expect(JSON.stringify(health)).not.toMatch(/upg_|user\d/);
  });

  it('HEAD answers with the headers alone and opens no stream', async () => {
    const id = await begin(kit.operations, [], { user: 'head' });
    const before = kit.handler.stats().total;
    const [snapshot, stream] = [
      await send('HEAD', `${START}/${id}`, { user: 'head' }),
      await send('HEAD', `${START}/${id}/events`, { user: 'head' }),
    ];
    expect([snapshot.status, snapshot.headers.get('etag'), await snapshot.text()]).toEqual([
      200,
      '"1"',
      '',
    ]);
    expect(Number(snapshot.headers.get('content-length'))).toBeGreaterThan(100);
    expect([stream.status, stream.headers.get('content-type'), await stream.text()]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ]);
    expect(kit.handler.stats()).toMatchObject({ total: before, active: 0 });
  });

  it('another method is refused with the right ones', async () => {
    const id = await begin(kit.operations, [], { user: 'methods' });
    for (const [method, path, allow] of [
      ['DELETE', START, 'GET, HEAD, POST, OPTIONS'],
      ['POST', `${START}/${id}`, 'GET, HEAD, OPTIONS'],
      ['POST', `${START}/${id}/confirm-burn`, 'PATCH, OPTIONS'],
      ['GET', `${START}/${id}/cancel`, 'POST, OPTIONS'],
      ['POST', '/api/v1/monitoring/sse-health', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const response = await send(method, path, { user: 'methods' });
      expect([response.status, response.headers.get('allow'), (await json(response)).code]).toEqual(
        [405, allow, 'method_not_allowed'],
      );
      expect((await send('OPTIONS', path, { user: null })).headers.get('allow')).toBe(allow);
    }
  });
});
