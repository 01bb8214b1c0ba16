// Switches protections off, one at a time, and sees the tests of their rows fail. `npm run mutate`
// for as many as five minutes allow, spread over all rows, `--all` for all,
// `npm run mutate -- C8 L3` for some rows. `--resume` after a run that ended early: what was seen
// then is passed over, where neither the code nor the test has changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutation, root, standing } from './mutation.ts';
import { mutations } from './mutations.ts';
import { type Sight, see } from './see.ts';

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    json: { type: 'boolean' },
  },
});
// The whole ends in eight minutes, also where a test waits in vain.
const [budgetMs, testTimeoutMs] =
  values.all || wanted.length > 0 ? [Number.POSITIVE_INFINITY, 240_000] : [300_000, 120_000];
const folder = join(root, '.tmp');
const notes = join(folder, 'mutations.json');

/** Sights of earlier runs, by what they depend on. */
const known: Record<string, Sight> = values.resume ? readNotes() : {};

function readNotes(): Record<string, Sight> {
  try {
    return JSON.parse(readFileSync(notes, 'utf8')) as Record<string, Sight>;
  } catch {
    return {};
  }
}

/** In an order whose beginning is taken evenly from the whole, the same each time. */
function spread<T>(all: readonly T[]): T[] {
  const step = 10;
  return Array.from({ length: step }, (_, first) => first).flatMap((first) =>
    all.filter((_, at) => at % step === first),
  );
}

function keyOf(mutation: Mutation): string {
  const hash = createHash('sha256').update(JSON.stringify(mutation));
  return hash
    .update(standing(mutation).text)
    .update(readFileSync(join(root, mutation.test)))
    .digest('hex');
}

const chosen = spread(mutations.filter(({ row }) => wanted.length === 0 || wanted.includes(row)));
const started = performance.now();
const leftOut: Pick<Mutation, 'row' | 'protection'>[] = [];
const results = chosen.flatMap((mutation, at) => {
  const { row, protection } = mutation;
  if (performance.now() - started > budgetMs) {
    leftOut.push({ row, protection });
    return [];
  }
  const key = keyOf(mutation);
  const began = performance.now();
  const sight = known[key]?.result === 'seen' ? known[key] : see(mutation, testTimeoutMs);
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
console.log(JSON.stringify({ mutations: results, seen, total: results.length, leftOut }));
process.exit(seen === results.length && seen > 0 ? 0 : 1);
