import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { expect, test } from 'vitest';

/** Bytes, gzipped, that an import of the entry adds to a page that has core and react. */
async function sizeOf(contents: string, external: string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    external: ['react', 'react/jsx-runtime', ...external],
    format: 'esm',
    platform: 'browser',
    charset: 'utf8',
    conditions: ['aiw3-source'],
    target: 'es2022',
    jsx: 'automatic',
  });
  return gzipSync(outputFiles[0]?.text ?? '', { level: 9 }).length;
}

test('the whole entry adds at most 2.1 KB to core, and a whole page stays small', async () => {
  expect(await sizeOf(`export * from './index.ts'`, ['@aiw3/nft-upgrade'])).toBeLessThanOrEqual(
    2.1 * 1024,
  );
  // What that leaves to core is there as well: client, every hook, every prop getter and the words
  // in one language.
  const page = `
    export { createUpgradeClient } from '@aiw3/nft-upgrade';
    export * from './index.ts';
  `;
  expect(await sizeOf(page, [])).toBeLessThanOrEqual(27 * 1024);
});

/** Files of this package of which something is in a production bundle of an entry. */
async function inProduction(contents: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    external: ['react', 'react/jsx-runtime', '@aiw3/nft-upgrade'],
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
    jsx: 'automatic',
  });
  const inputs: Metafile['outputs'][string]['inputs'] =
    Object.values(metafile.outputs)[0]?.inputs ?? {};
  return Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 && path !== '<stdin>' ? [path] : [],
  );
}

test('the devtools are no part of a production bundle, used by the page or not', async () => {
  const used = await inProduction(
    `import { UpgradeDevtools } from './devtools/index.ts'; console.log(UpgradeDevtools)`,
  );
  expect(used.map((path) => path.split('/').at(-1))).toEqual(['index.ts']);
  const page = await inProduction(`export * from './index.ts'`);
  expect(page.filter((path) => path.includes('devtools') || path.includes('testing'))).toEqual([]);
  expect(page.length).toBeGreaterThan(5);
});

test('every built module begins with the directive for the client', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'react-bundle-'));
  try {
    const cli = join(import.meta.dirname, '../../../node_modules/tsup/dist/cli-default.js');
    await promisify(execFile)(
      process.execPath,
      [cli, '--no-dts', '--no-sourcemap', '--out-dir', outDir],
      { cwd: join(import.meta.dirname, '..') },
    );
    const built = readdirSync(outDir);
    expect(built).toEqual(expect.arrayContaining(['index.js', 'index.cjs', 'guide.js']));
    for (const file of built) {
      const code = readFileSync(join(outDir, file), 'utf8');
      expect([file, code.slice(0, 30)]).toEqual([file, expect.stringMatching(/^'use client';/)]);
    }
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
