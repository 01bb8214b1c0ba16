import { apiUrl, tokenOf } from '../../../../../server/api';

/**
 * Headers of the protocol that pass in both directions. Everything else is between the browser and
 * this app.
 */
const asked = [
  'accept',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'nft-protocol',
  'if-none-match',
];
const answered = [
  'content-type',
  'content-location',
  'cache-control',
  'x-accel-buffering',
  'retry-after',
  'etag',
  'nft-protocol',
  'nft-stream-gap',
];

const pick = (headers: Headers, names: readonly string[]): Headers => {
  const picked = new Headers();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
};

/** Hands a request on with the user's token, and streams the answer back as it comes. */
async function forward(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = pick(request.headers, asked);
  const token = await tokenOf();
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  const body = request.method === 'GET' ? null : await request.text();
  try {
    const response = await fetch(`${apiUrl()}${pathname}${search}`, {
      method: request.method,
      headers,
      body,
      cache: 'no-store',
      // The browser went: the upgrade server is told at once.
      signal: request.signal,
    });
    return new Response(response.body, {
      status: response.status,
      headers: pick(response.headers, answered),
    });
  } catch {
    return new Response(null, { status: 502 });
  }
}

export { forward as GET, forward as PATCH, forward as POST };
