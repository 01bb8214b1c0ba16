import type { ContentStore } from '@aiw3/nft-upgrade-server-kit';
import { picture } from './domain/picture.ts';
import { tiers } from './domain/tiers.ts';

/** Pins the picture of every tier. Resolves with their CIDs. */
export async function pinPictures(content: ContentStore): Promise<Map<string, string>> {
  const images = new Map<string, string>();
  for (const tier of tiers) images.set(tier.id, await content.put(picture(tier)));
  return images;
}

/** `GET /ipfs/:cid`: what is stored, as a gateway serves it. Null for another path. */
export async function serveContent(
  content: ContentStore,
  request: Request,
): Promise<Response | null> {
  const cid = /^\/ipfs\/([a-z2-7]{46,120})$/.exec(new URL(request.url).pathname)?.[1];
  if (cid === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
  const bytes = await content.get(cid);
  if (!bytes) return new Response('Not stored here.\n', { status: 404 });
  const svg = bytes[0] === 0x3c; // “<”
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), {
    headers: {
      'content-type': svg ? 'image/svg+xml' : 'application/json',
      'content-length': String(bytes.byteLength),
      // The address is the hash of the content: it can never change.
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${cid}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'access-control-allow-origin': '*',
    },
  });
}
