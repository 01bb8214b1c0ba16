// Switches protections off, one at a time, and sees the tests of their rows fail. `npm run mutate`
// for all, `npm run mutate -- C8 L3` for some rows, `--resume` after a run that was interrupted:
// rows that were seen then are skipped if neither code nor test has changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutation, root, standing } from './mutation.ts';
import { mutations } from './mutations.ts';
import { type Sight, see } from './see.ts';

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const folder = join(root, '.tmp');
const notes = join(folder, 'mutations.json');

/** Sights of earlier runs, by what they depend on. */
const known: Record<string, Sight> = process.argv.includes('--resume') ? readNotes() : {};

function readNotes(): Record<string, Sight> {
  try {
    return JSON.parse(readFileSync(notes, 'utf8')) as Record<string, Sight>;
  } catch {
    return {};
  }
}

function keyOf(mutation: Mutation): string {
  const hash = createHash('sha256').update(JSON.stringify(mutation));
  return hash
    .update(standing(mutation).text)
    .update(readFileSync(join(root, mutation.test)))
    .digest('hex');
}

const chosen = mutations.filter(({ row }) => wanted.length === 0 || wanted.includes(row));
const results = chosen.map((mutation, at) => {
  const { row, protection } = mutation;
  const key = keyOf(mutation);
  const began = performance.now();
  const sight = known[key]?.result === 'seen' ? known[key] : see(mutation);
  known[key] = sight;
  mkdirSync(folder, { recursive: true });
  writeFileSync(notes, JSON.stringify(known, null, 1));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const place = `${at + 1}/${chosen.length}`.padStart(6);
  const what = `${row.padEnd(3)} ${protection} (${seconds} s)`;
  console.error(`${place} ${sight.result.padEnd(6)} ${what}`);
  console.error(`              ${sight.by}${sight.message ? ` → ${sight.message}` : ''}`);
  return { row, protection, ...sight };
});
const seen = results.filter(({ result }) => result === 'seen').length;
console.log(JSON.stringify({ mutations: results, seen, total: results.length }));
process.exit(seen === results.length && seen > 0 ? 0 : 1);
