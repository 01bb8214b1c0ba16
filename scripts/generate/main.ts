// Writes every file that follows from the sources; with --check it changes nothing and fails when one of them is not current.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { coreData } from './core-data.ts';
import { errors } from './errors.ts';
import { licences } from './licences.ts';
import { llms } from './llms.ts';

const files: Readonly<Record<string, () => string>> = {
  'packages/core/src/generated.ts': coreData,
  'docs/errors.md': errors,
  'docs/licences.md': licences,
  'llms.txt': llms,
};

const checking = process.argv.includes('--check');
let stale = 0;
for (const [path, make] of Object.entries(files)) {
  const target = new URL(`../../${path}`, import.meta.url);
  const content = make();
  const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (present === content) continue;
  if (checking) {
    console.error(`${path} is not current. Run \`npm run generate\` and commit it.`);
    stale += 1;
  } else writeFileSync(target, content);
}
process.exit(stale === 0 ? 0 : 1);
