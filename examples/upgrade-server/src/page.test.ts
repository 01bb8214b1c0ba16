import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { createPage } from './page.ts';

const folder = mkdtempSync(join(tmpdir(), 'page-'));
afterAll(() => rmSync(folder, { recursive: true }));
const script = 'export const answer = 42;\n'.repeat(500);
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<p>');
writeFileSync(join(folder, 'assets', 'a.js'), script);

const page = createPage(async () => folder);
const get = async (path: string, accepted: string | null, method = 'GET') => {
  const headers = new Headers();
  if (accepted !== null) headers.set('accept-encoding', accepted);
  const response = await page(new Request(`https://a.example${path}`, { method, headers }));
  if (!response) throw new Error(`${path} is none of the page.`);
  return { headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};

it.each([
  ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
] as const)(
  'sends its files as small as the client can read them: %s',
  async (accepted, encoding, decode) => {
    const { headers, bytes } = await get('/assets/a.js', accepted);
    expect([
      headers.get('content-encoding'),
      headers.get('vary'),
      headers.get('content-length'),
    ]).toEqual([encoding, 'Accept-Encoding', String(bytes.byteLength)]);
    expect(bytes.byteLength).toBeLessThan(script.length / 10);
    expect(decode(bytes).toString()).toBe(script);
  },
);

it.each([null, 'identity', 'zstd', 'br;q=0'])(
  'sends them as they are to a client that reads nothing else: %s',
  async (accepted) => {
    const { headers, bytes } = await get('/assets/a.js', accepted);
    expect([headers.get('content-encoding'), bytes.toString()]).toEqual([null, script]);
  },
);

it('leaves alone what would grow, and answers HEAD with the same headers', async () => {
  expect((await get('/', 'br')).headers.get('content-encoding')).toBeNull();
  const head = await get('/assets/a.js', 'br', 'HEAD');
  expect([head.headers.get('content-encoding'), head.bytes.byteLength]).toEqual(['br', 0]);
});
