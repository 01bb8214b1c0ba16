import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { publication } from '../publish/fixtures/publication.ts';
import { verifyWebhook } from './signature.ts';
import { type WebhookOptions, webhookSink } from './sink.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const got: { headers: IncomingHttpHeaders; body: string; path: string }[] = [];
let server: Server;
let url = '';

beforeAll(async () => {
  // The path says how to answer.
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      got.push({ headers: request.headers, body, path });
      if (path === '/hang') return;
      const status = Number(path.slice(1)) || 200;
      response
        .writeHead(status, status === 302 ? { location: '/200' } : {})
        .end('x'.repeat(10_000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void got.splice(0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const send = (
  path: string,
  options: Partial<WebhookOptions> = {},
  signal = new AbortController().signal,
) =>
  webhookSink({ url: url + path, secrets: [secret], ...options }).publish(publication(), {
    signal,
  });

it('posts a CloudEvent that the receiver can verify, with the same id on each repeat', async () => {
  await send('/200');
  await send('/204');
  expect(got).toHaveLength(2);
  for (const { headers, body } of got) {
    expect(headers).toMatchObject({
      'webhook-id': 'upg_1/10',
      'content-type': 'application/cloudevents+json; charset=UTF-8',
    });
    expect(verifyWebhook(headers, body, { secrets: [secret] })).toMatchObject({
      id: 'upg_1/10',
      data: { eventType: 'nft_upgraded' },
    });
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      specversion: '1.0',
    });
  }
});

it.each([
  [500, 'temporarily_unavailable'],
  [429, 'temporarily_unavailable'],
  [404, 'temporarily_unavailable'],
  [302, 'temporarily_unavailable'],
  [410, 'sink_refused'],
])('takes %i for %s, and follows nowhere', async (status, code) => {
  await expect(send(`/${status}`)).rejects.toMatchObject({ code, details: { status } });
  expect(got.map(({ path }) => path)).toEqual([`/${status}`]);
});

it('ends with its signal when the receiver hangs', async () => {
  const abort = new AbortController();
  const sent = send('/hang', {}, abort.signal);
  await expect.poll(() => got.length, { timeout: 20_000 }).toBe(1);
  abort.abort();
  await expect(sent).rejects.toMatchObject({ code: 'temporarily_unavailable' });
});

it('names the host that could not be reached, not the path, which may be secret', async () => {
  const gone = webhookSink({ url: 'http://127.0.0.1:1/token-in-path', secrets: [secret] });
  const error = await gone
    .publish(publication(), { signal: new AbortController().signal })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'temporarily_unavailable',
    message: '127.0.0.1:1 could not be reached.',
  });
  expect(JSON.stringify(error)).not.toContain('token-in-path');
});

it('posts nothing where the host has no message', async () => {
  await send('/200', { message: () => null });
  expect(got).toEqual([]);
});

it.each(['http://example.com', 'ftp://localhost', 'https://user:pass@example.com', 'nonsense'])(
  'refuses %s',
  (bad) => {
    expect(() => webhookSink({ url: bad, secrets: [secret] })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  },
);
it('refuses to be without a secret', () => {
  expect(() => webhookSink({ url, secrets: [] })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
});
