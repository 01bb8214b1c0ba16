// Prints every row of the failure matrix with the tests that prove it, by their names. A row that
// a later issue proves is open, and no failure. --json prints one object; --write renews
// docs/failure-matrix.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { mutations } from '../mutations/mutations.ts';
import { tables } from '../tables/tables.ts';
import { idsOfTest, type ListedTest } from './names.ts';
import { rows } from './rows.ts';

const root = join(import.meta.dirname, '../..');

function listTests(): ListedTest[] {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  const file = join(folder, 'tests.json');
  try {
    const vitest = ['exec', 'vitest', 'list', '--project', 'all', `--json=${file}`];
    const listed = spawnSync('pnpm', vitest, {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (listed.status !== 0)
      throw new Error(`The tests could not be listed:\n${listed.stdout}${listed.stderr}`);
    return (JSON.parse(readFileSync(file, 'utf8')) as ListedTest[]).map(({ name, file: path }) => ({
      name,
      file: relative(root, path),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tests = listTests().map((test) => ({ ...test, ids: idsOfTest(test) }));
const matrix = rows.map((row) => {
  const proofs = tests
    .filter(({ ids }) => ids.includes(row.id))
    .map(({ file, name }) => ({ file, name }));
  return { ...row, proofs };
});
const proved = matrix.filter(({ proofs }) => proofs.length > 0).length;
const open = matrix.filter(
  ({ proofs, issue }) => proofs.length === 0 && issue !== undefined,
).length;
/** Proved, and still promised: the list of what is open only gets shorter. */
const kept = matrix.filter(({ proofs, issue }) => proofs.length > 0 && issue !== undefined);
for (const { id } of kept)
  console.error(`${id} is proved: its issue goes from scripts/matrix/rows.ts.`);
const ids = [...rows.map(({ id }) => id), ...Object.keys(tables)];
const order = (id: string) => ids.indexOf(id);
const switchedOff = mutations.toSorted((one, other) => order(one.row) - order(other.row));
const mutated = new Set(mutations.map(({ row }) => row));

if (process.argv.includes('--write'))
  writeFileSync(join(root, 'docs/failure-matrix.md'), document());
if (process.argv.includes('--json')) {
  const shown = matrix.map(({ id, proofs, issue }) => ({
    id,
    tests: proofs.map(({ file, name }) => `${file}: ${name}`),
    proved: proofs.length > 0,
    ...(proofs.length === 0 && issue !== undefined && { issue }),
  }));
  console.log(JSON.stringify({ rows: shown, proved, open, total: rows.length }));
} else {
  for (const { id, failure, proofs, issue } of matrix) {
    const state = proofs.length > 0 ? `${proofs.length} tests` : issue ? 'open' : 'NO TEST';
    console.log(`${id.padEnd(4)} ${state.padEnd(9)} ${failure}`);
    for (const { file, name } of proofs) console.log(`       ${file}: ${name}`);
  }
  console.log(`${proved} of ${rows.length} rows have a test of their name, ${open} are open.`);
}
process.exit(proved + open === rows.length && kept.length === 0 ? 0 : 1);

/** Escapes the signs of test names that have a meaning in a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}

function tableRow(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function document(): string {
  const files = (proofs: readonly ListedTest[]) =>
    [...new Set(proofs.map(({ file }) => file))]
      .map((file) => `[${file.split('/').at(-1)}](../${file})`)
      .join(' ');
  const matrixRows = matrix.map(({ id, failure, outcome, proofs, issue }) => {
    const proved = files(proofs) || `open: ${issue}`;
    return tableRow(id, cell(failure), cell(outcome), proved, mutated.has(id) ? '✓' : '');
  });
  const tableRows = Object.entries(tables).map(([name, { title, file }]) =>
    tableRow(name, title, files([{ file, name: '' }])),
  );
  const mutationRows = switchedOff.map(({ row, protection, file, test }) =>
    tableRow(row, cell(protection), files([{ file, name: '' }]), files([{ file: test, name: '' }])),
  );
  return `# The failure matrix

Every way we know in which an upgrade can go wrong, what has to come of it, and the tests that
inject it. A test that proves a row begins its name with the row's id. \`npm run matrix\` prints the
tests one by one; \`npm run matrix -- --write\` renews this page; \`npm run mutate\` switches
protections off, one at a time, and sees their test fail (rows marked with ✓).

| id | what goes wrong | what has to come of it | proved in | seen to fail |
| --- | --- | --- | --- | --- |
${matrixRows.join('\n')}

${proved} of ${rows.length} rows have a test of their name; ${open} are open and name the issue
that proves them.

## Tables

A row holds what was thought of. A table holds every cell of its two sides, enumerated from the
types and constants of the code: a cell is a test that injects the fault and asserts the outcome, is
impossible for a reason, or is red. \`npm run tables\` runs them and counts their cells by what ran;
\`npm test\` runs them too.

| table | what it crosses | cells |
| --- | --- | --- |
${tableRows.join('\n')}

## What is switched off

\`npm run mutate\` runs the tests of each row against code in which one protection is missing, and
counts it as seen only when one of them fails by an assertion. \`npm run mutate -- C8 L3\` does it
for some rows, \`--all\` for all of them; without either it is as many as five minutes allow, spread
over all rows. \`--resume\` goes on after an early end. \`npm test\` proves that each of these can
still be tried.

| row | the protection that is switched off | where | who notices |
| --- | --- | --- | --- |
${mutationRows.join('\n')}
`;
}
