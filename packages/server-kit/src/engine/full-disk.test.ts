import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const disk = mkdtempSync(join(tmpdir(), 'disk-'));
const fixture = join(import.meta.dirname, 'full-disk.fixture.ts');
/**
 * A disk of its own for a process and its successor, which is gone with them. Needs Linux, and
 * namespaces of users or root.
 */
const onSmallDisk = (script: string, ...args: string[]) =>
  ['-rm', 'sh', '-ec', `mount -t tmpfs -o size=160m tmpfs "$0"; ${script}`, disk, ...args] as const;
const isAllowed = spawnSync('unshare', onSmallDisk('true')).status === 0;

// Where it is not allowed, trouble.test.ts is what there is: the same, with the refusals of the
// disk injected.
it.skipIf(!isAllowed && process.env.REQUIRE_SERVICES !== '1')(
  'S1, S2, S4: a really full disk refuses starts with a code and loses nothing',
  async () => {
    const lives = 'for life in first second; do "$@" "$0" $life; done';
    const { stdout } = await promisify(execFile)(
      'unshare',
      onSmallDisk(lives, process.execPath, '--conditions=aiw3-source', fixture),
      {
        timeout: 110_000,
      },
    );
    rmSync(disk, { recursive: true });
    const facts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const all = (name: string) => facts.flatMap((fact) => (name in fact ? [fact[name]] : []));
    const unavailable = { code: 'database_unavailable', status: 503 };
    expect(all('refused')).toEqual([
      // Of a table: the same process goes on by itself.
      { ...unavailable, retryable: true },
      // Of the log: it has to be started again.
      { ...unavailable, retryable: false },
    ]);
    expect(all('stopped')).toEqual([{ code: 'database_unavailable', retryable: false }]);
    expect(all('openedFull')).toEqual([{ code: 'database_unavailable', retryable: false }]);
    expect(all('acknowledged').length).toBeGreaterThan(3);
    expect(new Set(all('left')[0] as string[])).toEqual(new Set(all('acknowledged')));
    // One in each life: the upgrade in the first, the claim that was interrupted in the second.
    expect(all('mints')).toEqual([1, 1]);
  },
);
