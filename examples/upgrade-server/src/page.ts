import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

type Bytes = Uint8Array<ArrayBuffer>;

interface File {
  /** The file in each encoding that makes it smaller, the best first; as it is under `identity`. */
  encodings: ReadonlyMap<string, Bytes>;
  headers: Record<string, string>;
}

/**
 * Files are compressed once, when the page is first asked for. Streams never are: a compressor
 * holds frames back.
 */
const encoders: readonly (readonly [name: string, (bytes: Bytes) => Promise<Uint8Array>])[] = [
  // Of 11 levels, the one behind which it gets slow and little is gained.
  [
    'br',
    (bytes) =>
      promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  ],
  ['gzip', (bytes) => promisify(gzip)(bytes)],
];

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * Scripts come from here alone, and nobody frames the page: what asks for signatures must be what
 * it seems. Wallets bring their icons as data.
 */
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self' https: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the page of examples/web below `/`. It is built by the first request, once, so that a
 * server without visitors starts no slower.
 */
export function createPage(build: () => Promise<string>) {
  let files: Promise<ReadonlyMap<string, File>> | undefined;

  /** Null for a path that is none of the page's. */
  return async function servePage(request: Request): Promise<Response | null> {
    const { pathname } = new URL(request.url);
    const wanted =
      pathname === '/' || pathname === '/favicon.svg' || pathname.startsWith('/assets/');
    if (!wanted || (request.method !== 'GET' && request.method !== 'HEAD')) return null;
    files ??= build().then(readAll);
    const built = await files.catch((thrown: unknown) => {
      files = undefined; // the next request tries again
      throw thrown;
    });
    const file = built.get(pathname === '/' ? '/index.html' : pathname);
    if (!file) return new Response('There is no such file.\n', { status: 404 });
    const [encoding, bytes] = choose(file, request.headers.get('accept-encoding') ?? '');
    const headers = {
      ...file.headers,
      'content-length': String(bytes.byteLength),
      ...(file.encodings.size > 1 && { vary: 'Accept-Encoding' }),
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    };
    return new Response(request.method === 'HEAD' ? null : bytes, { headers });
  };
}

/** The best encoding that the client names (RFC 9110, section 12.5.3). */
function choose({ encodings }: File, accepted: string): readonly [encoding: string, bytes: Bytes] {
  const named = accepted.split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return parameters.some((text) => /^q=0(\.0*)?$/.test(text)) ? [] : [name];
  });
  for (const [encoding, bytes] of encodings)
    if (encoding === 'identity' || named.includes(encoding)) return [encoding, bytes];
  return ['identity', new Uint8Array()];
}

async function encode(bytes: Bytes): Promise<ReadonlyMap<string, Bytes>> {
  const encoded = await Promise.all(
    encoders.map(async ([name, run]) => [name, new Uint8Array(await run(bytes))] as const),
  );
  return new Map([
    ...encoded.filter(([, { byteLength }]) => byteLength < bytes.byteLength),
    ['identity', bytes],
  ]);
}

async function readAll(folder: string): Promise<ReadonlyMap<string, File>> {
  const files = new Map<string, File>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).replaceAll('\\', '/');
    const bytes = new Uint8Array(await readFile(path));
    files.set(name, {
      encodings: await encode(bytes),
      headers: {
        'content-type': types[extname(name)] ?? 'application/octet-stream',
        // Built names hold a hash of their content, except these two.
        'cache-control': name.startsWith('/assets/')
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        ...(name.endsWith('.html') && { 'content-security-policy': policy }),
      },
    });
  }
  return files;
}
