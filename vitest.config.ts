import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LeftOut } from './test/services/left-out.ts';

/**
 * React 18 and what is made for it, from a package of its own: a peer is resolved once a package.
 */
const react18 = join(import.meta.dirname, 'test/react-18/node_modules');

const pgliteImage = join(import.meta.dirname, 'packages/server-kit/src/db/pglite-image.fixture.ts');

export const testFiles = [
  'packages/*/src/**/*.test.{ts,tsx}',
  'examples/*/src/**/*.test.{ts,tsx}',
  'scripts/**/*.test.ts',
  'test/**/*.test.ts',
];

// What these tests start many times, Node compiles once. Coverage is less exact with it.
if (!process.argv.includes('--coverage'))
  process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '.tmp/compile-cache');

export default defineConfig({
  resolve: { conditions: ['aiw3-source'] },
  ssr: { resolve: { conditions: ['aiw3-source'] } },
  plugins: [
    {
      name: 'pglite-image',
      enforce: 'pre',
      resolveId: (id, importer) =>
        id === '@electric-sql/pglite' && importer !== pgliteImage ? pgliteImage : null,
    },
  ],
  test: {
    pool: 'forks',
    // One more than there are cores: a test waits a quarter of its time for a process, a database
    // or a chain.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', new LeftOut()],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    // Real processes, sockets and chains on a shared machine: a second try in CI, which the report
    // names. None at a desk.
    retry: process.env.CI ? 2 : 0,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.{ts,tsx}'],
      exclude: [
        '**/*.test.*',
        '**/*.fixture.*',
        '**/fixtures/**',
        '**/fixtures.ts',
        '**/generated.ts',
        '**/testing/torture/**',
        '**/testing/attacks/**',
      ],
      reporter: ['text-summary', 'json'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: testFiles,
          globalSetup: ['test/services/requirements.ts'],
          env: { REACT_MAJOR: '19' },
        },
      },
      {
        extends: true,
        resolve: {
          alias: [
            {
              find: /^(react|react-dom|@testing-library\/react)(?=\/|$)/,
              replacement: `${react18}/$1`,
            },
          ],
        },
        test: {
          name: 'react 18',
          include: ['packages/react/src/**/*.test.tsx', 'examples/guide-react/src/**/*.test.tsx'],
          env: { REACT_MAJOR: '18' },
        },
      },
    ],
  },
});
