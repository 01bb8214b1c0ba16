// Prints the slowest test files of the last `npm run test:slow`, and how much all of them take.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const { startTime, testResults } = JSON.parse(readFileSync(join(root, '.tmp/tests.json'), 'utf8'));
const files = testResults
  .map(({ name, startTime, endTime, assertionResults }) => ({
    file: relative(root, name),
    seconds: (endTime - startTime) / 1000,
    tests: assertionResults.length,
  }))
  .sort((one, other) => other.seconds - one.seconds);
const sum = files.reduce((all, { seconds }) => all + seconds, 0);
const whole = (Math.max(...testResults.map(({ endTime }) => endTime)) - startTime) / 1000;

console.log('| s | tests | file |\n| --: | --: | --- |');
for (const { file, seconds, tests } of files.slice(0, 25))
  console.log(`| ${seconds.toFixed(1)} | ${tests} | ${file} |`);
console.log(
  `\n${files.length} files, ${sum.toFixed(0)} s one after the other, ${whole.toFixed(0)} s in all.`,
);
