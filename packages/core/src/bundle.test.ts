import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorCodes } from './errors/codes.ts';
import { ownCodes, signingCodes, usualFacts } from './errors/own-codes.ts';

interface Bundle {
  readonly text: string;
  readonly gzipped: number;
  /** Paths of the modules of which something is in the bundle. */
  readonly modules: readonly string[];
}

/** What a bundler makes of an import, as a page would load it. */
async function bundle(contents: string, external: string[] = []): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    charset: 'utf8',
    external,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['aiw3-source'],
  });
  const text = outputFiles[0]?.text ?? '';
  const inputs: Metafile['outputs'][string]['inputs'] =
    Object.values(metafile.outputs)[0]?.inputs ?? {};
  const modules = Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  return { text, gzipped: gzipSync(text, { level: 9 }).length, modules };
}

describe('what a page loads', () => {
  let whole: Bundle;
  let client: Bundle;
  beforeAll(async () => {
    whole = await bundle(`export * from './index.ts'`);
    client = await bundle(`export { createUpgradeClient } from './index.ts'`);
  });

  test('holds no Node module, no web3.js and no Buffer', () => {
    expect(
      whole.modules.filter((path) => /web3\.js|wallet-adapter|msw|server-kit|fixtures/.test(path)),
    ).toEqual([]);
    // Names the find instead of matching on the text: a failure would print the whole bundle.
    expect(/["']node:[\w/]+|\brequire\(|\bBuffer\b/.exec(whole.text)?.[0]).toBeUndefined();
  });

  test('holds no zod: the schemas it was written in are data here', () => {
    expect(
      whole.modules.filter((path) => path.includes('/zod/') || path.endsWith('from-zod.ts')),
    ).toEqual([]);
  });

  test.each([
    ['watches', 'createUpgradeClient', ownCodes],
    ['signs', 'createUpgradeClient, walletSigning', { ...ownCodes, ...signingCodes }],
  ])(
    'a page that %s knows of each code it raises who can act, and no words',
    async (_, names, codes) => {
      const { modules } = await bundle(`export { ${names} } from './index.ts'`);
      expect(modules.filter((path) => path.endsWith('errors/codes.ts'))).toEqual([]);
      const source = modules
        .filter((path) => !path.includes('errors/'))
        .map((path) => readFileSync(path, 'utf8'));
      const named = new Set(
        source.flatMap((text) =>
          [...text.matchAll(/'([a-z]+(?:_[a-z]+)*)'/g)].map(([, word]) => word ?? ''),
        ),
      );
      const known: Readonly<Record<string, object>> = codes;
      for (const [code, { actor, retryable }] of Object.entries(errorCodes)) {
        if (named.has(code))
          expect({ code, ...usualFacts, ...known[code] }).toEqual({ code, actor, retryable });
      }
      expect(Object.keys(codes).filter((code) => !named.has(code))).toEqual([]);
    },
  );

  test('an error has words where somebody shows them, else it says where they are', async () => {
    const messageOf = async (names: string) => {
      const { text } = await bundle(`import { ${names} } from './index.ts';
        ${names.includes('createMessages') ? 'createMessages();' : ''}
        try {
          createUpgradeClient({ baseUrl: '' }).process('swap');
        } catch (error) {
          globalThis.thrown = error.message;
        }`);
      await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
      return (globalThis as { thrown?: string }).thrown;
    };
    expect(await messageOf('createUpgradeClient')).toMatch(
      /^unknown_process: https:.*errors\.md#unknown_process$/,
    );
    expect(await messageOf('createUpgradeClient, createMessages')).toBe(
      errorCodes.unknown_process.message,
    );
  });

  test('leaves out what is not used: the messages, and languages that are not named', async () => {
    const messages = (path: string) => path.includes('errors/messages');
    expect(client.modules.filter(messages)).toEqual([]);
    expect(whole.modules.filter(messages)).toHaveLength(3);
    const english = await bundle(`export { createMessages } from './index.ts'`);
    expect(english.modules.filter((path) => path.includes('messages-zh'))).toEqual([]);
    expect(english.modules.filter((path) => path.includes('messages-en'))).toHaveLength(1);
  });

  test('stays small', () => {
    expect(client.gzipped).toBeLessThanOrEqual(16 * 1024 + 128);
  });

  test('adds the guard in little more than two kilobytes, without web3.js', async () => {
    const guard = await bundle(`export { solanaGuard } from './solana/index.ts'`, [
      '*/errors/index.ts',
    ]);
    // The table of error codes is outside: every page has it already.
    expect(
      guard.modules.filter((path) => !path.startsWith('solana/') && !path.includes('/solana/')),
    ).toEqual([]);
    // Other versions, the words of its findings and what else servers and tests use of a
    // transaction: nobody loads that with it.
    expect(guard.modules.filter((path) => /decode|effects|explain|names/.test(path))).toEqual([]);
    expect(guard.gzipped).toBeLessThanOrEqual(2 * 1024 + 128);
  });
});
