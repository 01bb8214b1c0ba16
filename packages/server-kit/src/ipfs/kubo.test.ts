import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { cidOf } from './cid.ts';
import { added, kuboPeer, type Reply } from './fixtures/kubo-peer.ts';
import { kuboStore } from './kubo.ts';

const hello = new TextEncoder().encode('hello world');
const helloCid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
const otherCid = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku';
const secret = 'Bearer top-secret-token';

const peers: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

async function fakeKubo(reply: Reply) {
  const peer = await kuboPeer(reply);
  peers.push(peer);
  return peer;
}

const status =
  (code: number, body = ''): Reply =>
  (response) =>
    response.writeHead(code).end(body);
const kuboError = (message: string): Reply =>
  status(500, JSON.stringify({ Message: message, Code: 0, Type: 'error' }));
const broken: Reply = (response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
};
/** The headers are sent, the answer never ends. */
const stalled: Reply = (response) => response.writeHead(200).write('{');

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => expect.fail('resolved'),
    (error: unknown) => error,
  );
}

describe('put', () => {
  it('posts the content once, pinned, with the import parameters of cidOf', async () => {
    const { url, seen } = await fakeKubo(
      added({ Name: 'content', Bytes: 11 }, { Name: 'content', Hash: helloCid, Size: '11' }),
    );
    const store = kuboStore({ url, headers: { authorization: secret } });
    expect(await store.put(hello)).toBe(helloCid);
    expect(await store.cid(hello)).toBe(helloCid);
    expect(seen).toHaveLength(1);
    const [request] = seen;
    expect(request?.method).toBe('POST');
    expect(request?.url.pathname).toBe('/api/v0/add');
    expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
      'cid-version': '1',
      'raw-leaves': 'true',
      pin: 'true',
    });
    expect(request?.headers.authorization).toBe(secret);
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(request?.body.toString()).toContain(
      'name="file"; filename="content"\r\nContent-Type: application/octet-stream\r\n\r\n' +
        'hello world\r\n',
    );
  });

  it('keeps a path before the API, as a proxy has it', async () => {
    const { url, seen } = await fakeKubo(added({ Hash: helloCid }));
    await kuboStore({ url: `${url}/ipfs-rpc` }).put(hello);
    expect(seen[0]?.url.pathname).toBe('/ipfs-rpc/api/v0/add');
  });

  it('M2: refuses another CID than the content has', async () => {
    const { url } = await fakeKubo(added({ Name: 'content', Hash: otherCid, Size: '0' }));
    await expect(kuboStore({ url }).put(hello)).rejects.toMatchObject({
      code: 'metadata_cid_mismatch',
      retryable: true,
      details: { expected: helloCid, actual: otherCid },
    });
  });

  it.each([
    ['500', status(500), true],
    ['503', status(503), true],
    ['429', status(429), true],
    ['400', status(400), false],
    ['401', status(401), false],
    ['413', status(413), false],
    ['a connection that breaks', (response: ServerResponse) => response.destroy(), true],
    ['an answer that breaks', broken, true],
    ['an answer that is no JSON', (response: ServerResponse) => response.end('<html>'), true],
    ['an empty answer', (response: ServerResponse) => response.end(), true],
    [
      'an error after the 200',
      added({ Name: 'content', Bytes: 11 }, { Message: 'no space left', Code: 0, Type: 'error' }),
      true,
    ],
  ] satisfies [string, Reply, boolean][])(
    'M1: %s is metadata_upload_failed',
    async (_, reply, retryable) => {
      const { url } = await fakeKubo(reply);
      await expect(kuboStore({ url }).put(hello)).rejects.toMatchObject({
        code: 'metadata_upload_failed',
        retryable,
      });
    },
  );

  it.each([
    ['before the answer', () => undefined],
    ['in the answer', stalled],
  ] satisfies [string, Reply][])('M1: gives up a node that hangs %s', async (_, reply) => {
    const { url } = await fakeKubo(reply);
    const error = await failureOf(kuboStore({ url, timeoutMs: 50 }).put(hello));
    expect(error).toMatchObject({
      code: 'metadata_upload_failed',
      retryable: true,
      details: { timeoutMs: 50 },
    });
  });

  it('follows no redirect: the headers are for this node alone', async () => {
    const other = await fakeKubo(added({ Hash: helloCid }));
    const { url } = await fakeKubo((response) =>
      response.writeHead(307, { location: `${other.url}/api/v0/add` }).end(),
    );
    await expect(
      kuboStore({ url, headers: { authorization: secret } }).put(hello),
    ).rejects.toMatchObject({
      code: 'metadata_upload_failed',
    });
    expect(other.seen).toEqual([]);
  });

  it('says why nobody answers', async () => {
    const { url, stop } = await kuboPeer(() => undefined);
    await stop();
    await expect(kuboStore({ url }).put(hello)).rejects.toMatchObject({
      retryable: true,
      details: { reason: 'ECONNREFUSED' },
    });
  });
});

describe('get', () => {
  it('gives the content, asked for without the network', async () => {
    const { url, seen } = await fakeKubo((response) => response.end(hello));
    expect(await kuboStore({ url }).get(helloCid)).toEqual(hello);
    expect(seen[0]?.method).toBe('POST');
    expect(seen[0]?.url.href).toBe(`http://kubo/api/v0/cat?arg=${helloCid}&offline=true`);
  });

  it('is null for content the node does not have', async () => {
    const { url } = await fakeKubo(
      kuboError(`block was not found locally (offline): ipld: could not find ${helloCid}`),
    );
    expect(await kuboStore({ url }).get(helloCid)).toBeNull();
  });

  it('refuses content that is not what the CID names', async () => {
    const { url } = await fakeKubo((response) => response.end('hello World'));
    const actual = await cidOf(new TextEncoder().encode('hello World'));
    await expect(kuboStore({ url }).get(helloCid)).rejects.toMatchObject({
      code: 'metadata_cid_mismatch',
      details: { expected: helloCid, actual },
    });
  });

  it.each([
    ['another error of Kubo', kuboError('context deadline exceeded'), true],
    ['a 500 of a proxy that says not found', status(500, 'not found'), true],
    ['404', status(404), false],
    ['403', status(403), false],
  ])('%s is metadata_unavailable, not null', async (_, reply, retryable) => {
    const { url } = await fakeKubo(reply);
    await expect(kuboStore({ url }).get(helloCid)).rejects.toMatchObject({
      code: 'metadata_unavailable',
      retryable,
    });
  });

  it('reads no more than maxBytes', async () => {
    const { url } = await fakeKubo((response) => response.end(Buffer.alloc(100_000)));
    await expect(kuboStore({ url, maxBytes: 1_000 }).get(helloCid)).rejects.toMatchObject({
      details: { maxBytes: 1_000 },
      retryable: false,
    });
  });

  it('sends nothing for what is no CID', async () => {
    const { url, seen } = await fakeKubo((response) => response.end(hello));
    await expect(kuboStore({ url }).get(`${helloCid}&offline=false`)).rejects.toMatchObject({
      code: 'invalid_option',
    });
    expect(seen).toEqual([]);
  });
});

describe('options', () => {
  it.each([
    ['url', { url: 'kubo:5001' }],
    ['url', { url: '' }],
    ['url', { url: 'http://user:top-secret-token@127.0.0.1:5001' }],
    ['url', { url: 'http://127.0.0.1:5001?key=top-secret-token' }],
    ['headers', { url: 'http://127.0.0.1:5001', headers: { authorization: `${secret}\nx: y` } }],
    ['timeoutMs', { url: 'http://127.0.0.1:5001', timeoutMs: 0 }],
    ['maxBytes', { url: 'http://127.0.0.1:5001', maxBytes: 1.5 }],
  ])('%s is checked', (option, options) => {
    let thrown: unknown;
    try {
      kuboStore(options);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'invalid_option', details: { option } });
    expect(inspect(thrown, { depth: 10 })).not.toContain('top-secret-token');
  });

  it('no header value is in any error, whatever the node and the fetch do', async () => {
    const leaking: (typeof globalThis.fetch)[] = [
      async () => new Response(secret, { status: 500 }),
      async () =>
        new Response(JSON.stringify({ Message: secret, Code: 0, Type: 'error' }), { status: 400 }),
      async () => new Response(JSON.stringify({ Message: secret, Code: 0, Type: 'error' })),
      async (_, init) =>
        Promise.reject(
          Object.assign(new TypeError(`failed: ${secret}`), {
            init,
            cause: Object.assign(new Error(secret), { code: secret }),
          }),
        ),
    ];
    for (const fetch of leaking) {
      const error = await failureOf(
        kuboStore({ url: 'http://127.0.0.1:5001', headers: { authorization: secret }, fetch }).put(
          hello,
        ),
      );
      expect(isNftUpgradeError(error)).toBe(true);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('top-secret-token');
    }
  });
});
