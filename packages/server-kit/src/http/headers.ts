import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '@aiw3/nft-upgrade/protocol';

/** On every answer. A page that is tricked into loading one can do nothing with it. */
const always: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
};

/** @param protocol the version that the client speaks; null where it is none of the server's */
export function addSecurityHeaders(headers: Headers, protocol: number | null): void {
  headers.set(PROTOCOL_HEADER, String(protocol ?? PROTOCOL_VERSION));
  for (const [name, value] of Object.entries(always)) headers.set(name, value);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
}

/**
 * Headers of an event stream. `no-transform` and `X-Accel-Buffering` keep compressors and nginx
 * from holding frames back. Never `Connection` or `Transfer-Encoding`: they make a message
 * malformed on HTTP/2 (RFC 9113, section 8.2.2).
 */
export const streamHeaders = (contentLocation: string): Record<string, string> => ({
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Content-Location': contentLocation,
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  Vary: 'Accept',
});

const encoder = new TextEncoder();

/** A JSON answer with its length, so that a `HEAD` can tell it and no proxy has to chunk it. */
export function json(
  value: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  const body = encoder.encode(JSON.stringify(value));
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(body.byteLength),
    ...init.headers,
  };
  return new Response(body, { status: init.status ?? 200, headers });
}
