import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import { bodyOf } from './body.ts';

/** The request as the fetch standard has it; null when it has no form there (TRACE, a malformed address). */
export function toRequest(req: IncomingMessage | Http2ServerRequest, signal: AbortSignal): Request | null {
  const method = req.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  try {
    return new Request(addressOf(req), {
      method,
      headers: headersOf(req),
      signal,
      ...(!bodiless && { body: bodyOf(req), duplex: 'half' }),
    });
  } catch {
    return null;
  }
}

function addressOf(req: IncomingMessage | Http2ServerRequest): string {
  const target = req.url ?? '/';
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
