// Writes every file that follows from the sources; with --check it changes nothing and fails when
// one of them is not current.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import {
  asyncApi,
  openApi,
  protocolSchema,
} from '../../packages/core/src/protocol/schema/index.ts';
import { codesLock } from './codes-lock.ts';
import { coreData } from './core-data.ts';
import { errors } from './errors.ts';
import { licences } from './licences.ts';
import { llms } from './llms.ts';
import { observability } from './observability.ts';
import { fillDocument } from './protocol-document.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Each makes the new content; it gets the present one, which most ignore. */
const files: Readonly<Record<string, (present: string) => string>> = {
  'packages/core/src/generated.ts': coreData,
  'packages/core/PROTOCOL.md': fillDocument,
  'packages/core/schemas/protocol.schema.json': () => json(protocolSchema()),
  'packages/core/schemas/openapi.json': () => json(openApi()),
  'packages/core/schemas/asyncapi.json': () => json(asyncApi()),
  'packages/core/src/errors/codes.lock.json': codesLock,
  'docs/errors.md': errors,
  'docs/licences.md': licences,
  'docs/observability.md': observability,
  'llms.txt': llms,
};

const checking = process.argv.includes('--check');
const changed = Object.entries(files).filter(([path, make]) => {
  const target = new URL(`../../${path}`, import.meta.url);
  const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
  const content = make(present);
  if (present === content) return false;
  if (checking) console.error(`${path} is not current. Run \`npm run generate\` and commit it.`);
  else {
    mkdirSync(new URL('.', target), { recursive: true });
    writeFileSync(target, content);
    console.log(`wrote ${path}`);
  }
  return true;
});

if (checking) process.exitCode = changed.length === 0 ? 0 : 1;
// Another file may be made from one that was just written, as from the schemas.
else if (changed.length > 0)
  process.exitCode =
    spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: 'inherit',
    }).status ?? 1;
