import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { http2Fetch } from './demo/http2-fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'problems-'));
let server: RunningServer;
let http2: ReturnType<typeof http2Fetch>;

beforeAll(async () => {
  server = await startServer({ ...readConfig({ DATA_DIR: folder }), PORT: 0 });
  http2 = http2Fetch(server.ca);
});
afterAll(async () => {
  await http2.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const user = async (volume?: number) => {
  const response = await http2.fetch(`${server.url}/dev/users`, {
    method: 'POST',
    body: JSON.stringify({ wallet: Keypair.generate().publicKey.toBase58(), volume }),
  });
  return (await response.json()) as { id: string; token: string };
};
const post = (
  path: string,
  token: string | null,
  body: string,
  headers: Record<string, string> = {},
) =>
  http2.fetch(`${server.url}${path}`, {
    method: 'POST',
    body,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });

describe('what goes wrong is a problem with a code and what to do next', () => {
  it.each([
    ['no token', 401, 'unauthenticated', async () => post('/api/v1/nft/upgrade', null, '{}')],
    [
      'a wrong token',
      401,
      'unauthenticated',
      async () => post('/api/v1/nft/upgrade', 'eyJhbGciOiJub25lIn0.e30.', '{}'),
    ],
    [
      'malformed JSON',
      400,
      'malformed_json',
      async () => post('/api/v1/nft/upgrade', (await user()).token, '{"targetTierId":'),
    ],
    [
      'a body that is not of the process',
      422,
      'invalid_request',
      async () => post('/api/v1/nft/upgrade', (await user()).token, '{"tier":2}'),
    ],
    [
      'an oversized body',
      413,
      'body_too_large',
      async () =>
        post(
          '/api/v1/nft/upgrade',
          (await user()).token,
          JSON.stringify({ targetTierId: 'x'.repeat(100_000) }),
        ),
    ],
    [
      'another content type',
      415,
      'unsupported_media_type',
      async () =>
        post('/api/v1/nft/upgrade', (await user()).token, '{}', { 'content-type': 'text/plain' }),
    ],
    [
      'an unknown route',
      404,
      'not_found',
      async () => post('/api/v1/nft/teleport', (await user()).token, '{}'),
    ],
    [
      'an unknown operation',
      404,
      'not_found',
      async () => post('/api/v1/nft/upgrade/upg_none/cancel', (await user()).token, '{}'),
    ],
  ])('%s', async (_name, status, code, call) => {
    const response = await call();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({
      code,
      status,
      hint: expect.stringMatching(/\w{3}/),
      retryable: expect.any(Boolean),
    });
  });

  const ended = async (token: string, process: string, body: object) => {
    const started = await post(`/api/v1/nft/${process}`, token, JSON.stringify(body));
    expect(started.status).toBe(202);
    const { operationId } = (await started.json()) as { operationId: string };
    const read = async () =>
      (await (
        await http2.fetch(`${server.url}/api/v1/nft/${process}/${operationId}`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).json()) as {
        status: string;
        now: {
          error: string;
          requirements: { code: string; required: unknown; actual: unknown; message?: string }[];
        };
      };
    await expect
      .poll(async () => (await read()).status, { timeout: 10_000 })
      .toBe('qualification_failed');
    return (await read()).now;
  };

  it('C4: an unqualified user gets the reasons', async () => {
    const { token } = await user(60_000);
    expect(await ended(token, 'claim', {})).toMatchObject({
      requirements: [
        {
          code: 'trading_volume',
          required: 100_000,
          actual: 60_000,
          message: 'Trade 40,000 USDT more to unlock Tech Chicken.',
        },
      ],
    });
    expect(await ended(token, 'upgrade', { targetTierId: 'tier-2' })).toMatchObject({
      requirements: [{ code: 'nft_owned' }],
    });
  });

  it('C4: a wrong tier is refused with the one that is next', async () => {
    const { token } = await user();
    expect(await ended(token, 'upgrade', { targetTierId: 'tier-9' })).toMatchObject({
      requirements: [{ code: 'tier', actual: 'tier-9' }],
    });
  });
});
