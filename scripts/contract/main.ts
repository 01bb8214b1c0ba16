// Writes what follows from the code: the generated parts of PROTOCOL.md and the schemas of the package. With --check it only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asyncApi, openApi, protocolSchema } from '../../packages/core/src/protocol/schema/index.ts';
import { fillDocument } from './document.ts';

const core = join(import.meta.dirname, '../../packages/core');
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const document = join(core, 'PROTOCOL.md');
const wanted: Readonly<Record<string, string>> = {
  [document]: fillDocument(read(document)),
  [join(core, 'schemas/protocol.schema.json')]: json(protocolSchema()),
  [join(core, 'schemas/openapi.json')]: json(openApi()),
  [join(core, 'schemas/asyncapi.json')]: json(asyncApi()),
};

const stale = Object.entries(wanted).filter(([path, text]) => read(path) !== text);
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is not what the code says. Run npm run contract.`);
  process.exit(stale.length === 0 ? 0 : 1);
}
for (const [path, text] of stale) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
