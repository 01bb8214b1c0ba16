import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type Served, serve, versions } from '../http/fixtures/serve.ts';

// Nothing here may ever print a warning or leave a promise behind.
const noise: unknown[] = [];
const receive = (thing: unknown) => void noise.push(thing);
process.on('warning', receive);
process.on('unhandledRejection', receive);

let server: Served | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off('warning', receive);
  process.off('unhandledRejection', receive);
  expect(noise).toEqual([]);
});

type Fetch = (request: Request) => Response | Promise<Response>;
const start = async (
  version: Parameters<typeof serve>[0],
  fetch: Fetch,
  errors?: unknown[],
): Promise<Served> => {
  server = await serve(version, fetch, errors && ((error) => errors.push(error)));
  return server;
};
/** A body that says when it is cancelled, and never ends. */
function endless(chunk = new Uint8Array(0)) {
  const state = { cancelled: false, sent: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (chunk.byteLength === 0) return new Promise(() => {});
        state.sent += chunk.byteLength;
        controller.enqueue(chunk.slice());
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { state, body };
}

describe.each([...versions, 'HTTPS'] as const)('toNodeHandler over %s', (version) => {
  const scheme = version === 'HTTP/1.1' ? 'http' : 'https';

  it('hands over method, address, headers and body as the client sent them', async () => {
    const seen: {
      method: string;
      url: string;
      cookie: string | null;
      many: string | null;
      pseudo: boolean;
      body: string;
    }[] = [];
    const { url, fetch } = await start(version, async (request) => {
      const { method, headers } = request;
      const pseudo = [...headers.keys()].some((name) => name.startsWith(':'));
      seen.push({
        method,
        url: request.url,
        cookie: headers.get('cookie'),
        many: headers.get('x-many'),
        pseudo,
        body: await request.text(),
      });
      return new Response('ok');
    });
    const headers = new Headers({ cookie: 'a=1; b=2', 'x-many': 'one' });
    headers.append('x-many', 'two');
    const text = 'ä'.repeat(300_000);
    await fetch('/path//x?a=%20b', { method: 'PUT', headers, body: text });
    expect(seen).toEqual([
      {
        method: 'PUT',
        url: `${url}/path//x?a=%20b`,
        cookie: 'a=1; b=2',
        many: 'one, two',
        pseudo: false,
        body: text,
      },
    ]);
    expect(url.startsWith(`${scheme}:`)).toBe(true);
  });

  it('sends status, headers and cookies; what belongs to one hop stays off HTTP/2', async () => {
    const { fetch } = await start(version, () => {
      const headers = new Headers({
        'x-one': '1',
        connection: 'close',
        'keep-alive': 'timeout=5',
        'proxy-connection': 'close',
      });
      headers.append('set-cookie', 'a=1; Path=/');
      headers.append('set-cookie', 'b=2');
      return new Response('teapot', { status: 418, statusText: 'I am a teapot', headers });
    });
    const response = await fetch('/');
    expect([response.status, response.headers.get('x-one'), await response.text()]).toEqual([
      418,
      '1',
      'teapot',
    ]);
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect(response.headers.get('connection')).toBe(version === 'HTTP/2' ? null : 'close');
    expect(response.headers.has('keep-alive')).toBe(version !== 'HTTP/2');
  });

  it('HEAD, 204 and 304 have no body, and a body that was made is cancelled', async () => {
    const { state, body } = endless();
    const { fetch } = await start(version, (request) => {
      const { pathname } = new URL(request.url);
      return pathname === '/'
        ? new Response(body, { headers: { 'content-length': '42' } })
        : new Response(null, { status: Number(pathname.slice(1)) });
    });
    const head = await fetch('/', { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text(), state.cancelled]).toEqual([
      '42',
      '',
      true,
    ]);
    for (const status of [204, 304]) expect((await fetch(`/${status}`)).status).toBe(status);
  });

  it('a client that leaves aborts its request, the end of the request does not', async () => {
    const aborted: string[] = [];
    let answered = () => {};
    const waiting = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const { state, body } = endless();
    const { fetch } = await start(version, async (request) => {
      await request.text();
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (request.signal.aborted) aborted.push('early');
      request.signal.addEventListener('abort', () => aborted.push(new URL(request.url).pathname));
      if (request.url.endsWith('/late')) await waiting;
      return new Response(request.url.endsWith('/late') ? body : endless().body);
    });
    const leaving = new AbortController();
    const streaming = await fetch('/stream', { method: 'POST', body: 'x', signal: leaving.signal });
    expect(aborted).toEqual([]);
    leaving.abort();
    await expect(streaming.text()).rejects.toThrow();
    await expect.poll(() => aborted).toEqual(['/stream']);

    const early = new AbortController();
    const late = fetch('/late', { method: 'POST', body: 'x', signal: early.signal });
    setTimeout(() => early.abort(), 60);
    await expect(late).rejects.toThrow();
    await expect.poll(() => aborted).toEqual(['/stream', '/late']);
    answered();
    await expect.poll(() => state.cancelled).toBe(true);
  });

  it('a source that breaks breaks the answer: a cut is never an end', async () => {
    const { fetch } = await start(version, () => {
      let pulls = 0;
      return new Response(
        new ReadableStream({
          async pull(controller) {
            pulls += 1;
            if (pulls === 1) return controller.enqueue(new TextEncoder().encode('half'));
            await new Promise((resolve) => setTimeout(resolve, 30));
            controller.error(new Error('boom'));
          },
        }),
      );
    });
    await expect((await fetch('/')).text()).rejects.toThrow();
  });

  it('a function that throws is a problem without its message', async () => {
    const errors: unknown[] = [];
    const { fetch } = await start(version, () => Promise.reject(new Error('hunter2')), errors);
    const response = await fetch('/', { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      500,
      'application/problem+json',
    ]);
    expect(await response.text()).not.toContain('hunter2');
    expect(errors).toHaveLength(1);

    // A body that somebody else reads already.
    const used = new Response('x');
    void used.text();
    const other = await serve(
      version,
      () => used,
      (error) => errors.push(error),
    );
    expect((await other.fetch('/')).status).toBe(500);
    expect(errors).toHaveLength(2);
    await other.close();
  });

  it('a body nobody wants is answered before it is read', async () => {
    const { fetch } = await start(version, async (request) => {
      await request.body?.cancel();
      return new Response('no', { status: 413 });
    });
    const response = await fetch('/', { method: 'POST', body: 'x'.repeat(100_000) });
    expect([response.status, await response.text()]).toEqual([413, 'no']);
  });

  it('writes as fast as the client reads: 64 MiB wait at the source, not in memory', async () => {
    const { state, body } = endless(new Uint8Array(1024 * 1024));
    const { fetch } = await start(version, () => new Response(body));
    const leaving = new AbortController();
    const response = await fetch('/', { signal: leaving.signal });
    let last = -1;
    await expect
      .poll(
        () => {
          const same = state.sent === last;
          last = state.sent;
          return same && state.sent > 0;
        },
        { interval: 100, timeout: 10_000 },
      )
      .toBe(true);
    expect(state.sent).toBeLessThan(32 * 1024 * 1024);
    // It goes on as soon as the client does.
    const reader = response.body?.getReader();
    for (let read = 0; read < last * 2; ) read += (await reader?.read())?.value?.byteLength ?? 0;
    expect(state.sent).toBeGreaterThan(last);
    leaving.abort();
    await expect.poll(() => state.cancelled).toBe(true);
  });
});

it('a client that never reads the end of an answer loses its socket', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { origin } = await start(
      'HTTP/1.1',
      () => new Response(new Uint8Array(16 * 1024 * 1024)),
    );
    const socket = connect({ host: '127.0.0.1', port: origin.port });
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await expect.poll(() => vi.getTimerCount(), { interval: 10 }).toBeGreaterThan(0);
    expect(server?.sockets).toBe(1);
    await vi.advanceTimersByTimeAsync(31_000);
    await expect.poll(() => server?.sockets).toBe(0);
    socket.destroy();
  } finally {
    vi.useRealTimers();
  }
});

describe('addresses that cannot be trusted', () => {
  /** Sends bytes as they are, and resolves with the answer. */
  const sendRaw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: server?.origin.port ?? 0 }, () =>
        socket.write(text),
      );
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  const echo: Fetch = (request) => new Response(request.url);

  it.each([
    ['GET //evil.example/x HTTP/1.1\r\nHost: a.example', 'http://a.example//evil.example/x'],
    ['GET http://b.example/x HTTP/1.1\r\nHost: a.example', 'http://b.example/x'],
    ['OPTIONS * HTTP/1.1\r\nHost: a.example', 'http://a.example/'],
    ['GET /x HTTP/1.0', 'http://localhost/x'],
    ['GET /x HTTP/1.1\r\nHost: a.example/y?z', '422'],
    ['GET /x HTTP/1.1\r\nHost: user@a.example', '422'],
    ['GET /x HTTP/1.1\r\nHost: a b', '422'],
    ['TRACE /x HTTP/1.1\r\nHost: a.example', '422'],
  ])('%s', async (head, expected) => {
    await start('HTTP/1.1', echo);
    expect(await sendRaw(`${head}\r\nConnection: close\r\n\r\n`)).toContain(expected);
  });

  it('a body that breaks off is an error for its reader, not for the process', async () => {
    const failures: unknown[] = [];
    await start('HTTP/1.1', async (request) => {
      await request.text().catch((error: unknown) => failures.push(error));
      return new Response('late');
    });
    const socket = connect({ host: '127.0.0.1', port: server?.origin.port ?? 0 });
    socket.write('POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\nonly this');
    setTimeout(() => socket.destroy(), 50);
    await expect.poll(() => failures).toHaveLength(1);
  });

  it('a body without end is cut off once nobody reads it', async () => {
    await start('HTTP/1.1', async (request) => {
      await request.body?.cancel();
      return new Promise(() => {});
    });
    const socket = connect({ host: '127.0.0.1', port: server?.origin.port ?? 0 });
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write('POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 999999999\r\n\r\n');
    const flood = setInterval(() => socket.write(Buffer.alloc(64 * 1024)), 5);
    await closed;
    clearInterval(flood);
  });
});

it('HTTP/2 is really HTTP/2: scheme and authority come from its own fields', async () => {
  const { origin, cert } = await start('HTTP/2', (request) => new Response(request.url));
  const session = connectHttp2(`https://localhost:${origin.port}`, { ca: cert });
  const stream = session.request({ ':path': '/x', ':authority': 'api.example.com' });
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  expect([session.alpnProtocol, text]).toEqual(['h2', 'https://api.example.com/x']);
  session.destroy();
});
