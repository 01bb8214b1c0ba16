import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { describe, expect, it } from 'vitest';
import type { CorsOptions } from './cors.ts';
import { ask, begin, call, input, START, setup } from './fixtures/setup.ts';

const app = 'https://app.example.com';
const evil = 'https://evil.example';
const optionError = (cors: CorsOptions) => {
  try {
    setup({ cors });
  } catch (error) {
    return error instanceof NftUpgradeError ? [error.code, error.message] : error;
  }
};

describe('cors', () => {
  it('lets a page of a listed origin read the answer, problems and streams included', async () => {
    const { handler, operations } = setup({
      cors: { origins: [`${app}/`, 'capacitor://localhost'], credentials: true },
    });
    const id = await begin(operations, ['cancelled']);
    for (const [path, origin] of [
      [`${START}/${id}`, app],
      [`${START}/${id}/events`, app],
      [`${START}/none`, 'capacitor://localhost'],
    ] as const) {
      const { headers, body } = await call(handler, 'GET', path, { headers: { origin } });
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('access-control-expose-headers')).toContain('Content-Location');
      expect(headers.get('access-control-expose-headers')).toContain('NFT-Stream-Gap');
      expect(headers.get('vary')).toContain('Origin');
      await body?.cancel();
    }
  });

  it('answers a preflight without a token', async () => {
    const { handler } = setup({ cors: { origins: (origin) => origin === app } });
    const response = await call(handler, 'OPTIONS', START, {
      user: null,
      headers: { origin: app, 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(app);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, OPTIONS');
    for (const name of [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'Last-Event-ID',
      'NFT-Protocol',
      'If-None-Match',
      // of tracing, which adds them to every request of a page
      'traceparent',
      'tracestate',
      'baggage',
      'X-Request-ID',
      'sentry-trace',
      'b3',
    ]) {
      expect(response.headers.get('access-control-allow-headers')).toContain(name);
    }
  });

  it('exposes the version that an answer has, on every answer', async () => {
    const { handler } = setup({ cors: { origins: [app] } });
    for (const [path, user] of [
      [`${START}?active=true`, 'alice'],
      [`${START}?active=true`, null],
      [`${START}/none`, 'alice'],
    ] as const) {
      const { headers } = await call(handler, 'GET', path, { user, headers: { origin: app } });
      expect(headers.get('nft-protocol')).toBe('1');
      expect(headers.get('access-control-expose-headers')).toContain('NFT-Protocol');
    }
  });

  it('lets further request headers through by name', async () => {
    const { handler } = setup({ cors: { origins: [app], requestHeaders: ['X-Tenant'] } });
    const answer = await call(handler, 'OPTIONS', START, { user: null, headers: { origin: app } });
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/baggage.*, X-Tenant$/);
  });

  it('refuses every other origin before anything is done, with nothing to read', async () => {
    for (const cors of [undefined, { origins: [app] }, { origins: () => false }]) {
      const { handler, operations } = setup({ ...(cors && { cors }) });
      for (const [method, origin] of [
        ['POST', evil],
        ['POST', 'null'],
        ['OPTIONS', evil],
        ['POST', `${app}.evil.example`],
      ] as const) {
        const response = await call(handler, method, START, {
          body: method === 'POST' ? input : undefined,
          headers: { origin },
        });
        expect([response.status, await response.json()]).toMatchObject([
          403,
          { code: 'forbidden_origin' },
        ]);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      expect(operations.calls('start')).toBe(0);
    }
  });

  it('lets the server’s own pages call, also behind a proxy with TLS or another Host', async () => {
    const { handler } = setup();
    const own: Record<string, string>[] = [
      { origin: 'https://api.example.com' },
      { origin: 'http://api.example.com' },
      { origin: 'https://public.example.com', 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of own) {
      expect(
        (await call(handler, 'POST', START, { body: input, accept: 'application/json', headers }))
          .status,
      ).toBe(202);
    }
  });

  const host = 'app.example.com';
  it.each([
    ['https://app.example.com', host, true],
    ['http://app.example.com', host, true],
    ['https://app.example.com', `${host}:443`, true],
    ['https://app.example.com:8443', `${host}:8443`, true],
    ['https://app.example.com:8443', host, false],
    ['https://evil.example', host, false],
    ['https://app.example.com.evil.example', host, false],
    ['null', host, false],
    ['null', 'null', false],
    ['https://app.example.com', '', false],
    ['https://evil.example', 'evil.example/..', false],
  ])('the page %s with Host %j is the server’s own: %s', async (origin, named, isOwn) => {
    const { handler } = setup();
    // As behind Next: the address is the one that the process listens at.
    const asked = new Request(`http://localhost:3000${START}?active=true`, ask('GET'));
    asked.headers.set('origin', origin);
    asked.headers.set('host', named);
    expect((await handler.fetch(asked)).status).toBe(isOwn ? 200 : 403);
  });

  it('* is for everybody, and never goes with credentials', async () => {
    const { handler } = setup({ cors: { origins: ['*'] } });
    const response = await call(handler, 'GET', `${START}?active=true`, {
      headers: { origin: evil },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(optionError({ origins: ['*'], credentials: true })).toEqual([
      'invalid_option',
      expect.stringContaining('Name the origins'),
    ]);
  });

  it.each([
    'app.example.com',
    'https://app.example.com/path',
    'https://user@app.example.com',
    '',
    'https://',
  ])('refuses the origin %j, which can match nothing', (origin) => {
    expect(optionError({ origins: [origin] })).toEqual([
      'invalid_option',
      expect.stringContaining('https://app.example.com'),
    ]);
  });

  it('a function that throws allows nothing', async () => {
    const { handler, errors } = setup({
      cors: {
        origins() {
          throw new Error('no list');
        },
      },
    });
    expect(
      (await call(handler, 'GET', `${START}?active=true`, { headers: { origin: app } })).status,
    ).toBe(403);
    expect(errors.length).toBeGreaterThan(0);
  });
});
