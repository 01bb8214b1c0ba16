import { errorCodes, NftUpgradeError, type Problem, wire } from '@aiw3/nft-upgrade/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Served, serve, versions } from './fixtures/serve.ts';
import { type Ask, ask, begin, call, input, type Setup, START, setup } from './fixtures/setup.ts';

const secret = 'postgres://admin:hunter2@db.internal/nft';

describe.each(versions)('problems over %s', (version) => {
  let kit: Setup;
  let server: Served;
  const send = (method: string, path: string, options?: Ask) =>
    server.fetch(path, ask(method, options));
  /** Every refusal has the same shape. */
  const problem = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(['1', '2']).toContain(response.headers.get('nft-protocol'));
    const body = (await response.json()) as Problem;
    expect(wire.problem.check(body)).toBeUndefined();
    expect(body.status).toBe(response.status);
    expect(body.hint).toMatch(/\w{3}/);
    return body;
  };
  const refused = async (method: string, path: string, options?: Ask) => {
    const { status, code, details } = await problem(await send(method, path, options));
    return { status, code, ...(details?.field !== undefined && { field: details.field }) };
  };

  beforeEach(async () => {
    kit = setup();
    server = await serve(version, kit.handler);
  });
  afterEach(() => server.close());

  it('nobody: 401, which asks for a token', async () => {
    const response = await send('POST', START, { user: null, body: input });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problem(response)).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      actor: 'user',
      retryable: false,
    });
  });

  it.each([
    ['a truncated body', '{"targetTierId":', 400, 'malformed_json'],
    ['no body', '', 400, 'malformed_json'],
    ['a missing field', '{"tier":2}', 422, 'invalid_request', 'targetTierId'],
    ['a field too many', '{"targetTierId":"t","isAdmin":true}', 422, 'invalid_request', 'isAdmin'],
    ['no object', '[]', 422, 'invalid_request', '(root)'],
    [
      'a body above the limit',
      JSON.stringify({ targetTierId: 'x'.repeat(20_000) }),
      413,
      'body_too_large',
    ],
  ])('start with %s', async (_name, body, status, code, field?: string) => {
    expect(await refused('POST', START, { body })).toEqual({
      status,
      code,
      ...(field && { field }),
    });
    expect(kit.operations.calls('start')).toBe(0);
  });

  it('start with another content type, a wrong key, or formats nobody has', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'application/jsonp',
    ]) {
      expect(
        await refused('POST', START, { body: input, headers: { 'content-type': type } }),
      ).toEqual({
        status: 415,
        code: 'unsupported_media_type',
      });
    }
    for (const key of ['short', 'with space', 'x'.repeat(129)]) {
      expect(
        await refused('POST', START, { body: input, headers: { 'Idempotency-Key': key } }),
      ).toEqual({
        status: 422,
        code: 'invalid_request',
        field: 'Idempotency-Key',
      });
    }
    expect(
      await refused('POST', START, { body: input, accept: 'text/html, image/*' }),
    ).toMatchObject({
      status: 406,
      code: 'not_acceptable',
    });
  });

  it('C11: another protocol version is refused readably, before anything begins', async () => {
    for (const spoken of ['3', '0', 'one', '1.0', '1, 2']) {
      const body = await problem(
        await send('POST', START, { body: input, headers: { 'NFT-Protocol': spoken } }),
      );
      expect(body).toMatchObject({
        status: 426,
        code: 'protocol_unsupported',
        details: { server: 2 },
      });
      expect(body.detail).toContain('Nothing was started');
    }
    expect(kit.operations.calls('start')).toBe(0);
    expect(
      (
        await send('POST', START, {
          body: input,
          accept: 'application/json',
          headers: { 'NFT-Protocol': '1' },
        })
      ).status,
    ).toBe(202);
  });

  it('confirm-burn names the field that is wrong', async () => {
    const path = `${START}/${await begin(kit.operations)}/confirm-burn`;
    const wrong = { status: 422, code: 'invalid_request' };
    expect(await refused('PATCH', path, { body: {} })).toEqual({
      ...wrong,
      field: 'burnTxSignature',
    });
    expect(await refused('PATCH', path, { body: { burnTxSignature: 'no' } })).toEqual({
      ...wrong,
      field: 'burnTxSignature',
    });
    expect(await refused('PATCH', path, { body: { signedTransaction: '***' } })).toEqual({
      ...wrong,
      field: 'signedTransaction',
    });
    expect(await refused('PATCH', path, { body: 'null' })).toEqual({
      ...wrong,
      field: 'burnTxSignature',
    });
    expect(await refused('POST', path.replace('confirm-burn', 'cancel'), { body: '[1]' })).toEqual({
      ...wrong,
      field: '(root)',
    });
    expect(
      await refused('POST', path.replace('confirm-burn', 'cancel'), {
        body: 'a=b',
        headers: { 'content-type': 'text/plain' },
      }),
    ).toMatchObject({ status: 415 });
    expect(kit.operations.calls('confirmBurn') + kit.operations.calls('cancel')).toBe(0);
  });

  it("what is another's, what does not exist and what cannot exist look the same", async () => {
    const foreign = await begin(kit.operations, ['qualification_verified'], { user: 'bob' });
    const claimed = await begin(kit.operations, [], { user: 'alice' });
    const routes: [string, string, Ask?][] = [
      ['GET', ''],
      ['GET', '/events'],
      ['GET', '/events?after=1', { accept: 'application/json' }],
      ['PATCH', '/confirm-burn', { body: { signedTransaction: 'AQID' } }],
      ['POST', '/burn-transaction'],
      ['POST', '/cancel'],
      ['POST', '/retry'],
    ];
    for (const [method, rest, options] of routes) {
      const answers = new Set<string>();
      for (const path of [
        `${START}/${foreign}`,
        `${START}/upg_none`,
        `${START}/%E0%A4%A`,
        `${START}/${'x'.repeat(200)}`,
        `/api/v1/nft/claim/${claimed}`,
      ]) {
        const response = await send(method, path + rest, options);
        const headers = [...response.headers].filter(
          ([name]) => !['date', 'connection', 'keep-alive'].includes(name),
        );
        answers.add(JSON.stringify([response.status, headers, await response.text()]));
      }
      expect([...answers]).toHaveLength(1);
      expect([...answers][0]).toContain('not_found');
    }
  });

  it('an unexpected error is internal, its message stays here', async () => {
    kit.operations.fail(
      'start',
      new Error(secret),
      new NftUpgradeError('invalid_option', { message: secret }),
      secret,
    );
    for (const accept of ['text/event-stream', 'application/json', '*/*']) {
      const response = await send('POST', START, { body: input, accept });
      const text = await response.clone().text();
      expect(await problem(response)).toMatchObject({ status: 500, code: 'internal' });
      expect(text).not.toContain('hunter2');
    }
    expect(kit.errors).toHaveLength(3);
    // The places that were taken for the streams are free again.
    expect(kit.handler.stats()).toMatchObject({ active: 0, total: 0 });
  });

  it('S1: an unavailable database is 503 with Retry-After, and nothing about itself', async () => {
    kit.operations.fail(
      'start',
      new NftUpgradeError('database_unavailable', { message: secret, details: { reason: secret } }),
    );
    const response = await send('POST', START, { body: input });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const body = await problem(response);
    expect(body).toMatchObject({ status: 503, code: 'database_unavailable', retryable: true });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('what the engine refuses keeps its code, asset and details', async () => {
    const id = await begin(kit.operations);
    kit.operations.fail(
      'confirmBurn',
      new NftUpgradeError('wrong_account', {
        operationId: id,
        asset: 'safe',
        details: { expected: 'a', actual: 'b' },
      }),
    );
    const body = await problem(
      await send('PATCH', `${START}/${id}/confirm-burn`, { body: { signedTransaction: 'AQID' } }),
    );
    expect(body).toMatchObject({
      status: 422,
      code: 'wrong_account',
      asset: 'safe',
      operationId: id,
      details: { expected: 'a' },
    });
    expect(kit.errors).toEqual([]);
  });
});

const streaming = (body: ReadableStream): Request => {
  const init = {
    ...ask('POST', { headers: { 'content-type': 'application/json' } }),
    body,
    duplex: 'half',
  };
  return new Request(`https://api.example.com${START}`, init);
};

describe('what the host gives', () => {
  it('an authenticate that throws, or names nobody, is 500 and reported', async () => {
    for (const authenticate of [
      () => Promise.reject(new Error(secret)),
      async () => ({ id: '' }),
    ]) {
      const { handler, errors } = setup({ authenticate });
      const response = await call(handler, 'GET', `${START}?active=true`);
      expect([response.status, await response.json()]).toMatchObject([
        500,
        { code: 'internal', detail: errorCodes.internal.message },
      ]);
      expect(errors).toHaveLength(1);
    }
  });

  it('an onError that throws changes nothing', async () => {
    const { handler, operations } = setup({
      onError() {
        throw new Error('the log is full');
      },
    });
    operations.fail('active', new Error('boom'));
    expect((await call(handler, 'GET', `${START}?active=true`)).status).toBe(500);
  });

  it('another base path moves all routes', async () => {
    const { handler } = setup({ basePath: '/nft/' });
    const response = await call(handler, 'POST', '/nft/upgrade', {
      body: input,
      accept: 'application/json',
    });
    expect([response.status, response.headers.get('location')]).toEqual([
      202,
      '/nft/upgrade/upg_1',
    ]);
    expect((await call(handler, 'POST', START, { body: input })).status).toBe(404);
  });

  it('a body that never arrives is given up', async () => {
    const { handler } = setup({ timing: { bodyMs: 20 } });
    let cancelled = false;
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    const response = await handler.fetch(streaming(body));
    expect([response.status, await response.json(), cancelled]).toMatchObject([
      503,
      { code: 'connection_lost', retryable: true },
      true,
    ]);
  });

  it('a body of unknown length is read no further than the limit', async () => {
    const { handler } = setup();
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
      },
    });
    const response = await handler.fetch(streaming(body));
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });
});
