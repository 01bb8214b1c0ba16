import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import { bodyOf } from './body.ts';

export interface ReceivedOptions {
  /** What a middleware has made of the body, where it is not `req.body`. */
  body?: unknown;
  /** Path and query as the client sent them, where a framework has cut off the part it is mounted at. Default: `req.originalUrl`, else `req.url`. */
  address?: string;
}

/** The request as the fetch standard has it; null when it has no form there (TRACE, a malformed address). */
export function toRequest(req: IncomingMessage | Http2ServerRequest, signal: AbortSignal, options: ReceivedOptions = {}): Request | null {
  const method = req.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  try {
    const headers = headersOf(req);
    const body = bodiless ? null : (parsedBody(req, headers, options) ?? bodyOf(req));
    return new Request(addressOf(req, options), { method, headers, signal, ...(body !== null && { body, duplex: 'half' }) });
  } catch {
    return null;
  }
}

/** A body that was read already is put back into its text; null when there is one to read. */
function parsedBody(
  req: IncomingMessage | Http2ServerRequest,
  headers: Headers,
  options: ReceivedOptions,
): string | Uint8Array<ArrayBuffer> | null {
  if (!req.readableDidRead) return null;
  const parsed: unknown = options.body ?? Reflect.get(req, 'body');
  if (typeof parsed === 'string') return parsed;
  if (parsed instanceof Uint8Array) return new Uint8Array(parsed);
  // Parsers give `{}` for a request without a body.
  if (parsed === undefined || parsed === null || !headers.has('content-type')) return '';
  return JSON.stringify(parsed);
}

function addressOf(req: IncomingMessage | Http2ServerRequest, { address }: ReceivedOptions): string {
  const original: unknown = Reflect.get(req, 'originalUrl');
  const target = address ?? (typeof original === 'string' ? original : req.url) ?? '/';
  // A client that takes us for a proxy sends the whole address; `OPTIONS *` asks about the server itself.
  if (/^https?:\/\//i.test(target)) return target;
  const path = target.startsWith('/') ? target : '/';
  const authority = req instanceof Http2ServerRequest ? req.authority || req.headers.host : req.headers.host;
  const encrypted = req instanceof Http2ServerRequest ? req.scheme === 'https' : 'encrypted' in req.socket && req.socket.encrypted === true;
  const base = `${encrypted ? 'https' : 'http'}://${authority ?? 'localhost'}`;
  // Glued, not resolved: `//other.example/x` is a path here, and must not become another host. What is glued to it must be a host and no more.
  return new URL(base).pathname === '/' && !/[/?#@]/.test(authority ?? '') ? base + path : '';
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
