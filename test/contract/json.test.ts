import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * What every task that prints JSON promises: the last line of stdout is one object, the exit status
 * is 0 exactly where its goals hold, and all else goes to stderr. Here for those that take seconds.
 */
describe('a task with --json', () => {
  it.each([
    ['scale', 'bench/src/scale/main.ts', ['--json'], 0, { batch: 1 }],
    ['cuts', 'test/client/cuts.ts', ['50', '1', '--json'], 0, { leftOut: 0, violations: 0 }],
    ['mutate', 'scripts/mutations/main.ts', ['Z9', '--json'], 1, { seen: 0, leftOut: [] }],
  ])('%s ends with one object', (_task, program, args, status, facts) => {
    const run = spawnSync(process.execPath, ['--conditions=aiw3-source', program, ...args], {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(status);
    const last: unknown = JSON.parse(run.stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject(facts);
  });

  it.each([
    ['cuts', 'test/client/cuts.ts', ['none']],
    ['bench', 'bench/src/main.ts', ['none', '--json']],
    ['torture', 'packages/server-kit/src/testing/torture/main.ts', ['--seconds', '0', '--json']],
  ])(
    '%s refuses what it does not understand with 2, and prints nothing',
    (_task, program, args) => {
      const run = spawnSync(process.execPath, ['--conditions=aiw3-source', program, ...args], {
        cwd: join(import.meta.dirname, '../..'),
        encoding: 'utf8',
      });
      expect([run.status, run.stdout]).toEqual([2, '']);
    },
  );
});
