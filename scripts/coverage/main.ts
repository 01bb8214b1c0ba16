// Writes the figures of docs/coverage.md from the last `vitest run --coverage`. What stands below
// the heading `## What did not run, and why` is written by hand and stays.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type FileCoverage, pageOf } from './page.ts';

const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/coverage.md');
const report = JSON.parse(
  readFileSync(join(root, 'coverage/coverage-final.json'), 'utf8'),
) as Record<string, FileCoverage>;
const files = Object.entries(report).map(([path, file]) => [relative(root, path), file] as const);
writeFileSync(page, pageOf(files, readFileSync(page, 'utf8')));
