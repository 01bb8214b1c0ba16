import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const here = import.meta.dirname;
const workspace = join(here, '..', '..');

/** Everything the page is made of. */
const sources = [
  join(here, 'src'),
  join(here, 'public'),
  join(here, 'index.html'),
  join(here, 'vite.config.ts'),
  join(workspace, 'packages', 'core', 'src'),
  join(workspace, 'packages', 'react', 'src'),
  join(workspace, 'pnpm-lock.yaml'),
];

/**
 * Builds the page with Vite, unless that was done for the very same sources before. Two processes
 * may do it at once: the last one finds the folder there.
 * @returns the folder with `index.html`
 */
export async function buildPage(): Promise<string> {
  const folder = join(here, 'dist', await fingerprint());
  if (existsSync(folder)) return folder;
  const { build } = await import('vite');
  const outDir = join(here, 'dist', `building-${randomUUID()}`);
  // React is bundled as the environment says: under a test runner it would be its development
  // build, kept for everybody.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({
      root: here,
      configFile: join(here, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  await rename(outDir, folder).catch(async (thrown: unknown) => {
    await rm(outDir, { recursive: true, force: true });
    if (!existsSync(folder)) throw thrown;
  });
  return folder;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of sources) {
    for (const file of await filesIn(path)) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.|fixtures/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
