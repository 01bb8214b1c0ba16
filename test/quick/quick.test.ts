import { expect, it } from 'vitest';
import { quickFiles } from './files.ts';

it('takes what imports nothing heavy, leaves what reaches a database or a process', async () => {
  expect(
    await quickFiles([
      'packages/core/src/stream/decode.test.ts',
      'packages/react/src/props.test.tsx',
      'packages/server-kit/src/db/pglite.test.ts',
      'packages/server-kit/src/http/limits.test.ts',
      'examples/upgrade-server/src/restart.test.ts',
    ]),
  ).toEqual(['packages/core/src/stream/decode.test.ts', 'packages/react/src/props.test.tsx']);
});
