import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { readSecret, signWebhook, verifyWebhook } from './signature.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const now = Math.floor(Date.now() / 1_000);
const body = '{"test":1}';
const headers = signWebhook({ id: 'upg_1/10', timestamp: now, body }, [readSecret(secret)]);

it('signs the example of the specification as the specification does', () => {
  const example = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
  };
  expect(signWebhook(example, [readSecret(secret)])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it("is accepted by the specification's own library, and accepts what that signs", () => {
  expect(new Webhook(secret).verify(body, headers)).toEqual({ test: 1 });
  const theirs = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(now),
    'webhook-signature': new Webhook(secret).sign('msg_1', new Date(now * 1_000), body),
  };
  expect(verifyWebhook(theirs, body, { secrets: [secret] })).toEqual({ test: 1 });
});

describe('verifyWebhook', () => {
  const verify = (change: Record<string, string> = {}, given = body, options = {}) =>
    verifyWebhook(new Headers({ ...headers, ...change }), given, { secrets: [secret], ...options });
  const refused = expect.objectContaining({ code: 'unauthenticated' });

  it('gives the body of a message that is what it says', () =>
    expect(verify()).toEqual({ test: 1 }));

  it('takes either secret while one replaces the other', () => {
    const both = signWebhook({ id: 'a', timestamp: now, body }, [
      readSecret(other),
      readSecret(secret),
    ]);
    expect(verifyWebhook(both, body, { secrets: [secret] })).toEqual({ test: 1 });
    expect(verifyWebhook(headers, body, { secrets: [other, secret] })).toEqual({ test: 1 });
  });

  it.each([
    ['another body', () => verify({}, '{"test":2}')],
    ['another id', () => verify({ 'webhook-id': 'upg_1/11' })],
    ['another time', () => verify({ 'webhook-timestamp': String(now - 1) })],
    ['another secret', () => verify({}, body, { secrets: [other] })],
    ['no secret', () => verify({}, body, { secrets: [] })],
    [
      'another version',
      () =>
        verify({
          'webhook-signature': String(headers['webhook-signature']).replace('v1,', 'v1a,'),
        }),
    ],
    ['no signature', () => verify({ 'webhook-signature': '' })],
    ['a time that is no number', () => verify({ 'webhook-timestamp': 'NaN' })],
    ['a message of six minutes ago', () => verify({}, body, { now: now + 360 })],
    ['a message from the future', () => verify({}, body, { now: now - 360 })],
  ])('refuses %s', (_name, check) => expect(check).toThrow(refused));

  it('takes nothing that is not JSON, signed or not', () => {
    const signed = signWebhook({ id: 'a', timestamp: now, body: 'hello' }, [readSecret(secret)]);
    expect(() => verifyWebhook(signed, 'hello', { secrets: [secret] })).toThrow(
      expect.objectContaining({ code: 'malformed_json' }),
    );
  });
});

it.each([
  '',
  'whsec_',
  'whsec_c2hvcnQ=',
  `whsec_${'!'.repeat(40)}`,
  `whsec_${Buffer.alloc(65).toString('base64')}`,
])('refuses the secret %j without repeating it', (bad) => {
  expect(() => readSecret(bad)).toThrow(
    expect.objectContaining({
      code: 'invalid_option',
      message: expect.not.stringContaining('c2hvcnQ'),
    }),
  );
});
