import type { EventEmitter } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { constants, Http2ServerResponse } from 'node:http2';

/** A response of Node over HTTP/1.1 or HTTP/2. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

export interface SendOptions {
  /** The request was a `HEAD`: its answer has no body. */
  head: boolean;
  /** Aborts when the response is closed. */
  gone: AbortSignal;
}

/** RFC 9113, section 8.2.2: a message with one of these is malformed on HTTP/2. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** How long a client has to take what is left once an answer has ended. Milliseconds. */
const LINGER_MS = 30_000;

/**
 * Writes a response, as fast as the client reads it. Resolves when it is written, or the client is
 * gone.
 */
export async function sendResponse(
  res: NodeResponse,
  response: Response,
  { head, gone }: SendOptions,
): Promise<void> {
  const { body } = response;
  if (gone.aborted) {
    abandon(res);
    await body?.cancel().catch(() => undefined);
    return;
  }
  writeHead(res, response);
  if (!body || head) {
    res.end();
    await body?.cancel().catch(() => undefined);
    return;
  }
  flushHead(res);
  const reader = body.getReader();
  const drained = backpressure(res, reader, gone);
  const stop = () => void reader.cancel().catch(() => undefined); // an open `read` resolves by it
  gone.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (gone.aborted) return abandon(res);
      if (done) break;
      if (!write(res, value)) await drained();
    }
    res.end();
    linger(res);
  } catch {
    // The source broke, or gave up on a client that does not read: a normal end would pass for
    // the whole answer.
    abandon(res);
  } finally {
    gone.removeEventListener('abort', stop);
  }
}

/**
 * Now: the first event may be long in coming, and the client waits for the headers. On HTTP/2 they
 * are out already.
 */
export function flushHead(res: NodeResponse): void {
  if (!(res instanceof Http2ServerResponse)) res.flushHeaders();
}

/** Of a body that the host had in mind, should it have set them. */
const ofTheBody = ['content-encoding', 'content-length', 'etag', 'last-modified'];

/**
 * Headers that the host has set stand beside those of the answer: the cookies of both are sent, and
 * an answer varies by what either names. Of any other one that both have, the answer's is sent.
 */
export function writeHead(res: NodeResponse, response: Response): void {
  const http2 = res instanceof Http2ServerResponse;
  const headers: OutgoingHttpHeaders = {};
  for (const name of ofTheBody) res.removeHeader(name);
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && !(http2 && hopByHop.has(name))) headers[name] = value;
  }
  const cookies = [...ofHost(res, 'set-cookie'), ...response.headers.getSetCookie()];
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const vary = [...ofHost(res, 'vary'), ...ofAnswer(headers.vary)].join(', ');
  if (vary !== '') headers.vary = vary;
  if (res instanceof Http2ServerResponse) res.writeHead(response.status, headers);
  else res.writeHead(response.status, headers);
}

const ofAnswer = (value: OutgoingHttpHeaders[string]): string[] =>
  value === undefined ? [] : [value].flat().map(String);
const ofHost = (res: NodeResponse, name: string): string[] => ofAnswer(res.getHeader(name));

/** The two classes have the same method with overloads that do not unite. */
export const write = (
  res: { write(chunk: Uint8Array | string): boolean },
  chunk: Uint8Array | string,
): boolean => res.write(chunk);

/**
 * Makes a wait for a client that reads again. It also ends when the client is gone, and rejects
 * when the source breaks meanwhile.
 */
function backpressure(
  res: NodeResponse,
  source: ReadableStreamDefaultReader<Uint8Array>,
  gone: AbortSignal,
): () => Promise<void> {
  const events: EventEmitter = res;
  let ended = false;
  let waiting: { resolve(): void; reject(error: unknown): void } | null = null;
  // Listened to once: a slow client waits thousands of times.
  source.closed.then(
    () => {
      ended = true;
      if (waiting) linger(res);
    },
    (error: unknown) => waiting?.reject(error),
  );
  return async () => {
    if (ended) linger(res);
    const done = () => waiting?.resolve();
    events.on('drain', done);
    gone.addEventListener('abort', done);
    try {
      await new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject };
      });
    } finally {
      waiting = null;
      events.off('drain', done);
      gone.removeEventListener('abort', done);
    }
  };
}

const lingering = new WeakSet<NodeResponse>();

/**
 * A source that has ended watches over nobody: a client that does not take the rest must not hold
 * its socket for ever.
 */
export function linger(res: NodeResponse): void {
  if (lingering.has(res) || res.writableFinished || res.writableLength === 0) return;
  lingering.add(res);
  const timer = setTimeout(() => abandon(res), LINGER_MS);
  timer.unref();
  const clear = () => clearTimeout(timer);
  res.once('finish', clear);
  res.once('close', clear);
}

/**
 * Breaks an answer off, so that it cannot pass for a whole one. Harmless when it is closed already.
 */
export function abandon(res: NodeResponse): void {
  // Not CANCEL: Node's own client, and fetch on top of it, take that for a normal end.
  if (res instanceof Http2ServerResponse) res.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  res.destroy();
}
