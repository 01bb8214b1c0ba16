import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'tsup';

type Exports = Record<string, string | { 'aiw3-source': string; import: { default: string } }>;

/**
 * The build of a package follows from its exports: every entry that has a source becomes ESM, CJS
 * and types. A program `dist/x.js` is made of `src/x/main.ts`.
 */
export function buildOf(folder: string): Options {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Exports;
    bin?: Record<string, string>;
  };
  const entry: Record<string, string> = {};
  for (const target of Object.values(exports)) {
    if (typeof target === 'string') continue;
    const name = /^\.\/dist\/(.+)\.js$/.exec(target.import.default)?.[1];
    if (name) entry[name] = target['aiw3-source'];
  }
  for (const target of Object.values(bin)) {
    const name = /^\.\/dist\/(.+)\.js$/.exec(target)?.[1];
    if (name) entry[name] = `./src/${name}/main.ts`;
  }
  return {
    entry,
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
    sourcemap: true,
    splitting: true,
    target: 'es2023',
    platform: 'node',
    treeshake: true,
  };
}
