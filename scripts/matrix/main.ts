// Prints every row of the failure matrix with the tests that prove it, by their names. --json
// prints one object; --write renews docs/failure-matrix.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { mutations } from '../mutations/mutations.ts';
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
const order = (id: string) => rows.findIndex((row) => row.id === id);
const switchedOff = mutations.toSorted((one, other) => order(one.row) - order(other.row));
const mutated = new Set(mutations.map(({ row }) => row));

if (process.argv.includes('--write'))
  writeFileSync(join(root, 'docs/failure-matrix.md'), document());
if (process.argv.includes('--json')) {
  const shown = matrix.map(({ id, proofs }) => ({
    id,
    tests: proofs.map(({ file, name }) => `${file}: ${name}`),
    proved: proofs.length > 0,
  }));
  console.log(JSON.stringify({ rows: shown, proved, total: rows.length }));
} else {
  for (const { id, failure, proofs } of matrix) {
    const count = proofs.length > 0 ? `${proofs.length} tests` : 'NO TEST';
    console.log(`${id.padEnd(4)} ${count.padEnd(9)} ${failure}`);
    for (const { file, name } of proofs) console.log(`       ${file}: ${name}`);
  }
  console.log(`${proved} of ${rows.length} rows have a test of their name.`);
}
process.exit(proved === rows.length ? 0 : 1);

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
  const matrixRows = matrix.map(({ id, failure, outcome, proofs }) =>
    tableRow(id, cell(failure), cell(outcome), files(proofs), mutated.has(id) ? '✓' : ''),
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

${proved} of ${rows.length} rows have a test of their name.

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
