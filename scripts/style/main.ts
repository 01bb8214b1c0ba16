// Looks at every line that git knows: its width, its words, types of one name. Lists what it finds
// as `file:line  word → better word`; --json prints the counts as one object. Exits with 0 when
// nothing is found.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageOf } from './exempt.ts';
import { duplicateTypes, refusedNames, refusedPaths, refusedText, wideLines } from './rules.ts';
import { countSourceLines, parse } from './source.ts';

const root = join(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

const found = {
  wide: files.flatMap(wideLines),
  oldWords: [
    ...refusedPaths(files.map(({ file }) => file)),
    ...files.flatMap(refusedNames),
    ...files.flatMap(refusedText),
  ],
  duplicateTypes: duplicateTypes(files),
};
const sourceLines = files
  .filter(({ file }) => packageOf(file) !== undefined)
  .reduce((sum, { file, text }) => sum + countSourceLines(parse(file, text)), 0);

const findings = Object.values(found).flat();
if (process.argv.includes('--json')) {
  const counts = Object.entries(found).map(([name, { length }]) => [name, length] as const);
  console.log(JSON.stringify({ ...Object.fromEntries(counts), sourceLines }));
} else {
  for (const { file, line, what, better } of findings)
    console.log(`${file}:${line}  ${what} → ${better}`);
  console.log(
    `${found.wide.length} wide lines, ${found.oldWords.length} old words, ` +
      `${found.duplicateTypes.length} types of one name; ${sourceLines} lines of source.`,
  );
}
process.exitCode = findings.length === 0 ? 0 : 1;
