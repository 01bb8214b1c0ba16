import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Bytes, gzipped, that an import of the entry adds to a page that has core and react. */
async function sizeOf(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    external: ['react', 'react/jsx-runtime', '@aiw3/nft-upgrade'],
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
  });
  return gzipSync(outputFiles[0]?.text ?? '', { level: 9 }).length;
}

test('the whole entry adds at most 2 KB to core', async () => {
  const size = await sizeOf(`export * from './index.ts'`);
  expect(size).toBeLessThanOrEqual(2 * 1024);
});
