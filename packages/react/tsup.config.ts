import { readFile, writeFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { buildOf } from '../../scripts/tsup.ts';

/**
 * A server component imports the entries as they are, and what they hold is for the client. Put in
 * front of what is written: the passes before drop a directive, or put `"use strict"` and more in
 * front of it. On the same line, for the source maps.
 */
const useClient = {
  name: 'use-client',
  async buildEnd({ writtenFiles }: { writtenFiles: readonly { readonly name: string }[] }) {
    const built = writtenFiles.filter(({ name }) => /\.c?js$/.test(name));
    for (const { name } of built)
      await writeFile(name, `'use client';${await readFile(name, 'utf8')}`);
  },
};

export default defineConfig({ ...buildOf(import.meta.dirname), plugins: [useClient] });
