// Stands in the place of `@electric-sql/pglite` in tests. A database in memory begins as a copy of
// one that was made before: making it takes some seconds of a processor, copying it half a second.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite as Original, type PGliteOptions } from '@electric-sql/pglite';

export * from '@electric-sql/pglite';

/** The path of the package names its version. */
const path = createRequire(import.meta.url).resolve('@electric-sql/pglite');
const version = createHash('sha256').update(path).digest('hex').slice(0, 12);
const image = join(import.meta.dirname, `../../../../.tmp/pglite-${version}.tar`);

async function readImage(): Promise<Blob> {
  if (!existsSync(image)) {
    const fresh = await Original.create();
    const dump = await fresh.dumpDataDir('none');
    await fresh.close();
    await mkdir(dirname(image), { recursive: true });
    // Several test processes may make it at once: it appears whole.
    const own = `${image}.${process.pid}`;
    await writeFile(own, new Uint8Array(await dump.arrayBuffer()));
    await rename(own, image);
  }
  return new Blob([await readFile(image)]);
}

export const PGlite = {
  prototype: Original.prototype,
  defaultStartParams: Original.defaultStartParams,
  create: async (options?: PGliteOptions): Promise<Original> =>
    Original.create(options ?? { loadDataDir: await readImage() }),
};
