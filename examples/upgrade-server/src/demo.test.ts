import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { spawnProgram } from './testing/server-process.ts';

it('the demo runs the main job for real and proves it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  const demo = spawnProgram('demo.ts', { DATA_DIR: folder }, ['--json', '--once']);
  const code = await demo.exited;
  rmSync(folder, { recursive: true, force: true });
  const lines = demo.output().trim().split('\n');
  expect({ code, last: code === 0 ? '' : lines.slice(-5) }).toEqual({ code: 0, last: '' });
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const result = objects.at(-1) as Record<string, never>;
  expect(result).toMatchObject({
    ok: true,
    wrong: [],
    burn: { confirmation: 'finalized' },
    oldMint: { supply: '0' },
    newMint: { supply: '1', mintAuthority: null },
    metadata: { status: 200, hashMatches: true },
    receipt: { offline: true, onChain: true },
    badges: [{ status: 'consumed' }, { status: 'consumed' }],
    journal: { contiguous: true },
  });
  expect(objects.filter((event) => event.status === 'completed')).toHaveLength(4);
  expect(objects.filter((event) => event.process === 'upgrade').map((event) => event.seq)).toEqual(
    Array.from({ length: 10 }, (_, index) => index + 1),
  );
});
