import { defineConfig } from 'vitest/config';
import { LeftOut } from './test/services/left-out.ts';

export default defineConfig({
  resolve: { conditions: ['aiw3-source'] },
  ssr: { resolve: { conditions: ['aiw3-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    reporters: ['default', new LeftOut()],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
});
