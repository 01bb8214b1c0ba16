import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['aiw3-source'] },
  ssr: { resolve: { conditions: ['aiw3-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
});
