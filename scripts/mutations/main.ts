// Switches protections off, one at a time, and sees the tests of their rows fail. `npm run mutate` for all, `npm run mutate -- C8 L3` for some rows.
// It changes files while it runs and puts them back: use a clean working tree.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutation, mutations } from './mutations.ts';

const root = join(import.meta.dirname, '../..');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const chosen = mutations.filter(({ row }) => wanted.length === 0 || wanted.includes(row));
let restore = () => {};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    restore();
    process.exit(1);
  });
}

/** True when the tests of the row pass. */
function passes({ row, test }: Mutation): boolean {
  const vitest = ['exec', 'vitest', 'run', '--project', 'all', '--testTimeout=30000', '--bail=1', '-t', `\\b${row}\\b`, test];
  const { status, stdout } = spawnSync('pnpm', vitest, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (/No test files found|Tests\s+\d+ skipped/.test(stdout) && !/passed|failed/.test(stdout))
    throw new Error(`${test} has no test of ${row}.`);
  return status === 0;
}

function see(mutation: Mutation): 'seen' | 'missed' | 'stale' {
  const path = join(root, mutation.file);
  const before = readFileSync(path, 'utf8');
  if (before.split(mutation.find).length !== 2) return 'stale';
  restore = () => writeFileSync(path, before);
  try {
    writeFileSync(
      path,
      before.replace(mutation.find, () => mutation.replace),
    );
    return passes(mutation) ? 'missed' : 'seen';
  } finally {
    restore();
    restore = () => {};
  }
}

const results = chosen.map((mutation) => {
  const result = see(mutation);
  console.error(`${result.padEnd(6)} ${mutation.row.padEnd(4)} ${mutation.protection}`);
  return { row: mutation.row, protection: mutation.protection, result };
});
const seen = results.filter(({ result }) => result === 'seen').length;
console.log(JSON.stringify({ mutations: results, seen, total: results.length }));
process.exit(seen === results.length ? 0 : 1);
