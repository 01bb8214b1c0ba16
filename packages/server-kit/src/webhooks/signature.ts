import { createHmac, timingSafeEqual } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/**
 * Seconds by which the clocks of sender and receiver may differ; beyond them a captured message is
 * not accepted again.
 */
const TOLERANCE_S = 300;

/**
 * Reads a secret of the form `whsec_` and base64, of 24 to 64 bytes (Standard Webhooks,
 * "Symmetric"). @throws NftUpgradeError `invalid_option`, which does not repeat it
 */
export function readSecret(secret: string): Buffer {
  const encoded = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.byteLength >= 24 && bytes.byteLength <= 64 && /^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    return bytes;
  throw new NftUpgradeError('invalid_option', {
    message: 'A webhook secret is whsec_ and the base64 of 24 to 64 random bytes.',
    hint: "Make one: node -p \"'whsec_' + crypto.randomBytes(32).toString('base64')\"",
  });
}

const signature = (key: Buffer, id: string, timestamp: number, body: string) =>
  createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();

/**
 * The three headers of a message. Several secrets give several signatures, so that a secret can be
 * changed without a gap.
 */
export function signWebhook(
  message: { id: string; timestamp: number; body: string },
  keys: readonly Buffer[],
): Record<string, string> {
  const { id, timestamp, body } = message;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': keys
      .map((key) => `v1,${signature(key, id, timestamp, body).toString('base64')}`)
      .join(' '),
  };
}

/** Options of `verifyWebhook`. */
export interface VerifyOptions {
  /** `whsec_` secrets that are accepted: the present one, and during a change the former one. */
  secrets: readonly string[];
  /** Seconds since 1970. Default: the clock of this machine. */
  now?: number;
}

/**
 * For receivers: checks headers and body as they came, before anything parses them, and resolves to
 * the parsed body.
 *
 * @example
 * const secrets = [process.env.WEBHOOK_SECRET];
 * const event = verifyWebhook(request.headers, await request.text(), { secrets });
 * @throws NftUpgradeError `unauthenticated` when the signature is missing or wrong, or the message
 *   is older or newer than five minutes; `malformed_json`
 */
export function verifyWebhook(
  headers: Headers | Readonly<Record<string, unknown>>,
  body: string,
  options: VerifyOptions,
): unknown {
  const { secrets, now = Date.now() / 1_000 } = options;
  const read = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    return typeof value === 'string' ? value : '';
  };
  const [id, sent, signatures] = [
    read('webhook-id'),
    read('webhook-timestamp'),
    read('webhook-signature'),
  ];
  const timestamp = /^\d{1,12}$/.test(sent) ? Number(sent) : Number.NaN;
  if (id === '' || signatures === '' || Number.isNaN(timestamp))
    throw refuse('A webhook header is missing or malformed.');
  if (Math.abs(now - timestamp) > TOLERANCE_S)
    throw refuse('The webhook is too old, or from the future.');
  const given = signatures
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3), 'base64')] : []));
  const expected = secrets.map((secret) => signature(readSecret(secret), id, timestamp, body));
  // Every pair is compared, whatever the others gave.
  const matches = expected.flatMap((right) =>
    given.map((one) => one.byteLength === right.byteLength && timingSafeEqual(one, right)),
  );
  if (!matches.includes(true)) throw refuse('The signature of the webhook is wrong.');
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new NftUpgradeError('malformed_json', { cause });
  }
}

const refuse = (message: string) =>
  new NftUpgradeError('unauthenticated', {
    message,
    hint: 'Answer 401 and do nothing; check the secret and the clock.',
  });
