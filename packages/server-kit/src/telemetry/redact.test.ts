import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { describe, expect, it } from 'vitest';
import { createLogger, jsonLog } from './log.ts';
import { redact, redactText } from './redact.ts';

const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const signedBytes = Buffer.alloc(200, 7).toString('base64');
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';

describe('redact', () => {
  it.each([
    ['a bearer token', `Authorization: Bearer ${jwt}`, jwt],
    ['an opaque bearer token', 'bearer hunter2-hunter2', 'hunter2'],
    ['a token by itself', `got ${jwt}.`, jwt],
    ['a password in an address', 'postgres://root:hunter2@db:5432/app failed', 'hunter2'],
    ['a key in the query of an address', 'https://rpc.example/?api-key=hunter2', 'hunter2'],
    ['a key in the path of an address', 'fetch wss://rpc.example/v2/hunter2 failed', 'hunter2'],
    ['a password of Redis', 'redis://:hunter2@cache:6379', 'hunter2'],
    ['a webhook secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ'],
    ['signed bytes', `transaction ${signedBytes}`, signedBytes],
  ])('takes %s out of any text', (_name, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
  });

  it('leaves what a reader needs: hosts, ids, signatures, codes', () => {
    const host = '127.0.0.1:8080';
    const text = `upg_${'a'.repeat(32)} ${signature} rpc_unavailable https://rpc.example ${host}`;
    expect(redactText(text)).toBe(text);
    expect(redactText('GET https://rpc.example/v2/key?x=1 -> 503')).toBe(
      'GET https://rpc.example -> 503',
    );
  });

  it.each([
    'authorization',
    'Authorization',
    'set-cookie',
    'password',
    'accessToken',
    'access_token',
    'api_key',
    'X',
    'secretKey',
    'signedTransaction',
    'signed_transaction',
    'connectionString',
    'idempotency-key',
    'email',
    'phone_number',
    'sessionId',
    'stripeApiKey',
    'userToken',
  ])('judges the field %s by its name', (name) => {
    const shown = JSON.stringify(
      redact({ [name]: 'hunter2', list: [{ [name]: { deep: 'hunter2' } }] }),
    );
    expect(shown.includes('hunter2')).toBe(name === 'X');
  });

  it('leaves names alone that only sound like it', () => {
    const plain = {
      tokenAccount: 'a',
      tokenProgram: 'b',
      burnTxSignature: 'c',
      transactionSignature: 'd',
    };
    expect(redact(plain)).toEqual(plain);
  });

  it('shows no bytes and no key file', () => {
    expect(
      redact({
        a: new Uint8Array(64),
        b: Array.from({ length: 64 }, (_, index) => index),
        c: [1, 2, 3],
      }),
    ).toEqual({
      a: '[64 bytes]',
      b: '[64 bytes]',
      c: [1, 2, 3],
    });
  });

  it('shows errors with their causes, and nothing secret in either', () => {
    const cause = new TypeError(`connect to https://rpc.example/${'k'.repeat(20)} failed`);
    const error = new NftUpgradeError('rpc_unavailable', {
      cause,
      operationId: 'upg_1',
      details: { token: 'hunter2', tries: 3 },
    });
    const shown = redact({ error });
    expect(shown).toMatchObject({
      error: {
        code: 'rpc_unavailable',
        operationId: 'upg_1',
        details: { token: '[redacted]', tries: 3 },
        cause: { name: 'TypeError', message: 'connect to https://rpc.example failed' },
      },
    });
    expect(JSON.stringify(shown)).not.toContain('kkkk');
  });

  it('bounds what is endless', () => {
    const loop: Record<string, unknown> = {
      text: 'x y '.repeat(5_000),
      list: Array.from({ length: 10_000 }, () => 'a'),
    };
    loop.self = loop;
    expect(JSON.stringify(redact(loop)).length).toBeLessThan(50_000);
    expect(
      redact({
        at: new Date(0),
        broken: new Date(Number.NaN),
        big: 10n,
        run: () => 1,
        none: undefined,
        nil: null,
      }),
    ).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      broken: null,
      big: '10',
      run: '[function]',
      none: undefined,
      nil: null,
    });
  });
});

describe('the log', () => {
  it('gets redacted lines, a warning for what may pass by itself and an error for the rest', () => {
    const lines: unknown[] = [];
    const log = createLogger((line) => lines.push(line));
    log.failure('failed', new NftUpgradeError('rpc_unavailable'));
    log.failure('failed', new NftUpgradeError('mint_mismatch'), { token: 'hunter2' });
    log.failure('failed', new TypeError('oh'));
    expect(lines).toMatchObject([
      { level: 'warn', message: 'failed', fields: { error: { code: 'rpc_unavailable' } } },
      { level: 'error', fields: { token: '[redacted]', error: { code: 'mint_mismatch' } } },
      { level: 'error', fields: { error: { name: 'TypeError' } } },
    ]);
  });

  it('S6: that throws touches nothing, nor does something that cannot be shown', () => {
    const log = createLogger(() => {
      throw new TypeError('disk full');
    });
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new TypeError('trap');
        },
      },
    );
    expect(() => log.info('x', { a: 1 })).not.toThrow();
    expect(() => log.info('x', { trap })).not.toThrow();
  });

  it('writes JSON lines', () => {
    const written: string[] = [];
    createLogger(
      jsonLog(
        (line) => written.push(line),
        () => 0,
      ),
    ).info('An operation began.', { operationId: 'upg_1' });
    expect(written.map((line) => JSON.parse(line))).toEqual([
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'info',
        message: 'An operation began.',
        operationId: 'upg_1',
      },
    ]);
  });
});
