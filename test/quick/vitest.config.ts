// The quick tests: `npm run test:quick`. The same files, settings and projects as `npm test`, less
// what needs a database, a chain, a browser, a socket server or a child process.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import config, { testFiles } from '../../vitest.config.ts';
import { quickFiles } from './files.ts';

const root = join(import.meta.dirname, '../..');
const { projects: _, ...shared } = config.test ?? {};

export default defineConfig({
  ...config,
  root,
  test: {
    ...shared,
    include: await quickFiles(globSync(testFiles, { cwd: root, exclude: ['**/node_modules/**'] })),
    env: { REACT_MAJOR: '19' },
    setupFiles: [join(import.meta.dirname, 'refuse.ts')],
  },
});
