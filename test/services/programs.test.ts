import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { find, installCommand, programs } from './programs.ts';

it('has every program of the tests installed where nothing may be left out', () => {
  const script = readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8');
  for (const [program, source] of Object.entries(programs)) {
    if ('debian' in source) expect(script).toContain(`  ${program}:${source.debian}\n`);
  }
});

it('takes a program from where its setting says, and finds none where there is none', () => {
  process.env.KCAT_PATH = process.execPath;
  expect(find('kcat')).toBe(process.execPath);
  process.env.KCAT_PATH = '/nowhere/kcat';
  expect(find('kcat')).toBeNull();
  delete process.env.KCAT_PATH;
  expect(installCommand(['kcat', 'redis-server'])).toBe('apt-get install -y kcat redis-server');
  expect(installCommand(['deno', 'bun'])).toBe('pnpm install --filter @aiw3/test-runtimes');
  expect(installCommand(['bun', 'kcat'])).toBe(
    'apt-get install -y kcat && pnpm install --filter @aiw3/test-runtimes',
  );
});
