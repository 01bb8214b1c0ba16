import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { cidOf } from './cid.ts';
import { fallbackStore } from './fallback.ts';
import { pinataPeer } from './fixtures/pinata-peer.ts';
import { gatewayWarnings } from './gateways.ts';
import { memoryStore } from './memory.ts';
import { pinataStore } from './pinata.ts';

const hello = new TextEncoder().encode('hello world');
const jwt = 'secret.jwt.value';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(
  reply: (request: IncomingMessage, response: ServerResponse, body: string) => void,
) {
  const seen: { method: string; url: string; authorization: string | undefined; body: string }[] =
    [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        body,
      });
      reply(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}
const accepting = (cid: string) => (_: IncomingMessage, response: ServerResponse) =>
  response.end(JSON.stringify({ data: { id: '1', cid } }));
const status = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
  response.writeHead(code).end('{"error":"no"}');

describe('pinataStore and a peer that keeps to the published API', () => {
  const open = async (options: { uploadsAMinute?: number } = {}) => {
    const peer = await pinataPeer({ jwt, ...options });
    closing.push(peer.stop);
    return { peer, store: pinataStore({ jwt, uploads: peer.url, gateway: peer.url }) };
  };

  it('stores, says so again for a repeat, and reads back what is public', async () => {
    const { peer, store } = await open();
    const cid = await cidOf(hello);
    expect(await store.get(cid)).toBeNull();
    expect([await store.put(hello), await store.put(hello)]).toEqual([cid, cid]);
    expect(peer.uploads).toMatchObject([{ cid, name: cid, network: 'public', bytes: hello }]);
    expect(await store.get(cid)).toEqual(hello);
    expect(
      peer.requests.map(({ path, authorization }) => [path, authorization !== undefined]),
    ).toEqual([
      [`/ipfs/${cid}`, false],
      ['/v3/files', true],
      ['/v3/files', true],
      [`/ipfs/${cid}`, false],
    ]);
  });

  it('stores content of several chunks under the CID of its tree', async () => {
    const { peer, store } = await open();
    const large = new Uint8Array(600_000).map((_, index) => index % 251);
    expect(await store.put(large)).toBe(await cidOf(large));
    expect(peer.uploads[0]?.bytes).toEqual(large);
    expect(await store.get(await cidOf(large))).toEqual(large);
  });

  it('M1: beyond its limit the next provider takes it, with another key nobody does', async () => {
    const { store } = await open({ uploadsAMinute: 1 });
    const other = new TextEncoder().encode('another');
    await store.put(hello);
    await expect(store.put(other)).rejects.toMatchObject({
      code: 'metadata_upload_failed',
      retryable: true,
      details: { status: 429 },
    });
    const second = memoryStore();
    await expect(fallbackStore([store, second]).put(other)).resolves.toBe(await cidOf(other));
    expect(await second.get(await cidOf(other))).toEqual(other);
    const stranger = await pinataPeer({ jwt: 'of somebody else' });
    closing.push(stranger.stop);
    await expect(pinataStore({ jwt, uploads: stranger.url }).put(hello)).rejects.toMatchObject({
      retryable: false,
      details: { status: 401 },
    });
    expect(stranger.uploads).toEqual([]);
  });
});

describe('pinataStore', () => {
  it('uploads to version 3 of the API, public network, with the key in the header', async () => {
    const cid = await cidOf(hello);
    const { url, seen } = await serve(accepting(cid));
    expect(await pinataStore({ jwt, uploads: url }).put(hello)).toBe(cid);
    expect(seen).toMatchObject([
      { method: 'POST', url: '/v3/files', authorization: `Bearer ${jwt}` },
    ]);
    for (const [field, value] of [
      ['network', 'public'],
      ['cid_version', 'v1'],
      ['name', cid],
    ])
      expect(seen[0]?.body).toContain(`name="${field}"\r\n\r\n${value}\r\n`);
    expect(seen[0]?.body).toContain('hello world');
  });

  it('M2: refuses another CID than the content has', async () => {
    const { url } = await serve(
      accepting('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'),
    );
    await expect(pinataStore({ jwt, uploads: url }).put(hello)).rejects.toMatchObject({
      code: 'metadata_cid_mismatch',
      retryable: true,
    });
  });

  it.each([
    [429, true],
    [402, true],
    [403, true],
    [500, true],
    [401, false],
    [400, false],
  ])(
    'M1: HTTP %i is metadata_upload_failed, retryable: %s, and the key is not in it',
    async (code, retryable) => {
      const { url } = await serve(status(code));
      const thrown: unknown = await pinataStore({ jwt, uploads: url })
        .put(hello)
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: 'metadata_upload_failed', retryable });
      expect(JSON.stringify(thrown)).not.toContain('secret');
    },
  );

  it('an answer that is none of the API', async () => {
    const { url } = await serve((_, response) => response.end('<html>'));
    await expect(pinataStore({ jwt, uploads: url }).put(hello)).rejects.toMatchObject({
      code: 'metadata_upload_failed',
    });
  });

  it('reads through the gateway, without the key, and believes nothing', async () => {
    const cid = await cidOf(hello);
    let content = 'hello world';
    const { url, seen } = await serve((_, response) =>
      content ? response.end(content) : response.writeHead(404).end(),
    );
    const store = pinataStore({ jwt, gateway: url });
    expect(await store.get(cid)).toEqual(hello);
    expect(seen).toMatchObject([{ method: 'GET', url: `/ipfs/${cid}`, authorization: undefined }]);
    content = 'hello moon';
    await expect(store.get(cid)).rejects.toMatchObject({ code: 'metadata_cid_mismatch' });
    content = '';
    expect(await store.get(cid)).toBeNull();
  });

  it.each([
    { jwt: '' },
    { jwt, uploads: 'ftp://x' },
    { jwt, gateway: 'nowhere' },
    { jwt: 'a\nb' },
    { jwt, timeoutMs: 0 },
  ])('a wrong option is named: %j', (options) =>
    expect(() => pinataStore(options)).toThrow(expect.objectContaining({ code: 'invalid_option' })),
  );
});

describe('fallbackStore', () => {
  it('M1: a provider at its limit: the second one takes it', async () => {
    const cid = await cidOf(hello);
    const limited = await serve(status(429));
    const second = memoryStore();
    const store = fallbackStore([
      pinataStore({ jwt, uploads: limited.url, gateway: limited.url }),
      second,
    ]);
    expect(await store.cid(hello)).toBe(cid);
    await expect(store.put(hello)).resolves.toBe(cid);
    expect(limited.seen).toHaveLength(1);
    expect(await second.get(cid)).toEqual(hello);
    expect(await store.get(cid)).toEqual(hello);
  });

  it('M2: a provider that stores something else: the second one takes it', async () => {
    const lying = await serve(
      accepting('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'),
    );
    const store = fallbackStore([pinataStore({ jwt, uploads: lying.url }), memoryStore()]);
    expect(await store.put(hello)).toBe(await cidOf(hello));
  });

  it('when all fail, tells the failure that may pass', async () => {
    const [refusing, limited] = [await serve(status(401)), await serve(status(429))];
    const store = fallbackStore(
      [refusing, limited].map(({ url }) => pinataStore({ jwt, uploads: url, gateway: url })),
    );
    await expect(store.put(hello)).rejects.toMatchObject({
      retryable: true,
      details: { status: 429 },
    });
    expect(() => fallbackStore([])).toThrow(NftUpgradeError);
  });

  it('content that nobody has is null', async () => {
    expect(await fallbackStore([memoryStore(), memoryStore()]).get(await cidOf(hello))).toBeNull();
  });
});

it('gateways: what they do not show is a warning', async () => {
  const cid = await cidOf(hello);
  const right = await serve((_, response) => response.end('hello world'));
  const wrong = await serve((_, response) => response.end('hello moon'));
  const down = await serve(status(504));
  const warnings = await gatewayWarnings(
    cid,
    [right.url, wrong.url, down.url, 'http://127.0.0.1:1'],
    { timeoutMs: 5_000 },
  );
  expect(warnings.map(({ message }) => message)).toEqual([
    'The gateway shows other content under this CID.',
    'The gateway answered with HTTP 504.',
    'The gateway cannot be reached.',
  ]);
});
