import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The TypeScript sources that a package's `exports` name: its public entries. */
export function entriesOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : [target['aiw3-source']],
  );
}
