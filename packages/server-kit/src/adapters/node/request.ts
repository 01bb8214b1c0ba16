import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import { Readable } from 'node:stream';
import { bodyOf } from './body.ts';

/** How a request of Node is read. */
export interface ReceivedOptions {
  /** What a middleware has made of the body, where it is not `req.body`. */
  body?: unknown;
  /**
   * Path and query as the client sent them, where a framework has cut off the part it is mounted
   * at. Default: `req.originalUrl`, else `req.url`.
   */
  address?: string;
}

/**
 * The request as the fetch standard has it; null when it has no form there (TRACE, a malformed
 * address).
 */
export function toRequest(
  req: IncomingMessage | Http2ServerRequest,
  signal: AbortSignal,
  options: ReceivedOptions = {},
): Request | null {
  const method = req.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  try {
    const headers = headersOf(req);
    const body = bodiless ? null : receivedBody(req, headers, options);
    return new Request(addressOf(req, options), {
      method,
      headers,
      signal,
      ...(body !== null && { body, duplex: 'half' }),
    });
  } catch {
    return null;
  }
}

/**
 * The body as it arrives; one that a middleware has read already is put back into its text. Null
 * when there is none.
 */
function receivedBody(
  req: IncomingMessage | Http2ServerRequest,
  headers: Headers,
  options: ReceivedOptions,
): string | Uint8Array<ArrayBuffer> | ReadableStream | null {
  const parsed: unknown = options.body ?? Reflect.get(req, 'body');
  if (parsed instanceof Readable) return bodyOf(parsed);
  if (!req.readableDidRead && !req.readableEnded) return bodyOf(req);
  // Parsers give `{}` for a request without a body.
  if (parsed === undefined || parsed === null || parsed === '' || !headers.has('content-type'))
    return null;
  if (typeof parsed === 'string') return parsed;
  return parsed instanceof Uint8Array ? new Uint8Array(parsed) : JSON.stringify(parsed);
}

function addressOf(
  req: IncomingMessage | Http2ServerRequest,
  { address }: ReceivedOptions,
): string {
  const target = address ?? originalOf(req) ?? req.url ?? '/';
  // A client that takes us for a proxy sends the whole address; `OPTIONS *` asks about the server
  // itself.
  if (/^https?:\/\//i.test(target)) return target;
  const path = target.startsWith('/') ? target : '/';
  const authority =
    req instanceof Http2ServerRequest ? req.authority || req.headers.host : req.headers.host;
  const encrypted =
    req instanceof Http2ServerRequest
      ? req.scheme === 'https'
      : 'encrypted' in req.socket && req.socket.encrypted === true;
  const base = `${encrypted ? 'https' : 'http'}://${authority ?? 'localhost'}`;
  // Glued, not resolved: `//other.example/x` is a path here, and must not become another host. What
  // is glued to it must be a host and no more.
  return new URL(base).pathname === '/' && !/[/?#@]/.test(authority ?? '') ? base + path : '';
}

/** What connect, and all who learned from it, keep of an address that they shorten. */
export function originalOf(req: object): string | undefined {
  const original: unknown = Reflect.get(req, 'originalUrl');
  return typeof original === 'string' ? original : undefined;
}

function headersOf(req: IncomingMessage | Http2ServerRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    // `:path` and its like are no header fields.
    if (name.startsWith(':') || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}
