import { request as httpRequest } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { MalformedAnswer } from '../exchange.ts';

/**
 * Node's own HTTP, because `fetch` speaks HTTP/1.1 only, hides what is malformed, and can be told
 * no certificate.
 */
export interface NodeTransport {
  fetch(request: Request): Promise<Response>;
  close(): void;
}

const isNull = (status: number) => status === 204 || status === 304;
const bodyOf = (readable: Readable) =>
  Readable.toWeb(readable) as unknown as ReadableStream<Uint8Array>;

export function http1(ca: string | undefined): NodeTransport {
  return {
    async fetch(request) {
      const url = new URL(request.url);
      const body = Buffer.from(await request.arrayBuffer());
      const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const headers: Record<string, string | number> = {
        ...Object.fromEntries(request.headers),
        'content-length': body.byteLength,
      };
      if (request.method === 'GET' || request.method === 'HEAD') delete headers['content-length'];
      return new Promise((resolve, reject) => {
        const sent = ask(
          url,
          { method: request.method, headers, agent: false, ...(ca !== undefined && { ca }) },
          (answer) => {
            const status = answer.statusCode ?? 0;
            answer.on('error', () => {});
            if (isNull(status)) answer.resume();
            resolve(
              new Response(isNull(status) ? null : bodyOf(answer), {
                status,
                headers: headersOf(answer.headers),
              }),
            );
          },
        );
        sent.on('error', reject);
        sent.end(body);
      });
    },
    close() {},
  };
}

export function http2(origin: string, ca: string | undefined): NodeTransport {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    session = connect(origin, ca === undefined ? {} : { ca });
    session.on('error', () => {});
    // One for each request under way.
    session.setMaxListeners(0);
    return session;
  };
  return {
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const body = Buffer.from(await request.arrayBuffer());
      const head = {
        ':method': request.method,
        ':path': pathname + search,
        ...Object.fromEntries(request.headers),
      };
      return new Promise((resolve, reject) => {
        const connection = open();
        connection.once('error', reject);
        const stream = connection.request(head, { endStream: body.byteLength === 0 });
        let answered = false;
        stream.on('error', (cause) => {
          connection.off('error', reject);
          if (!answered)
            reject(isMalformed(stream) ? new MalformedAnswer('malformed', { cause }) : cause);
        });
        stream.on('response', ({ ':status': status = 0, ...headers }) => {
          answered = true;
          connection.off('error', reject);
          if (isNull(status)) stream.resume();
          resolve(
            new Response(isNull(status) ? null : bodyOf(stream), {
              status,
              headers: headersOf(headers),
            }),
          );
        });
        if (body.byteLength > 0) stream.end(body);
      });
    },
    close: () => session?.destroy(),
  };
}

/** RFC 9113, section 8.1.1: the reader of a malformed message resets the stream with this code. */
const isMalformed = (stream: ClientHttp2Stream): boolean =>
  stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR;

function headersOf(
  given: Readonly<Record<string, string | string[] | number | undefined>>,
): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, String(one));
  }
  return headers;
}

/** What the server chooses of h2 and http/1.1. */
export function negotiated(url: URL, ca: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const port = Number(url.port || 443);
    const socket = tlsConnect(
      {
        host: url.hostname,
        port,
        servername: url.hostname,
        ALPNProtocols: ['h2', 'http/1.1'],
        ...(ca !== undefined && { ca }),
      },
      () => {
        resolve(socket.alpnProtocol || '');
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}
