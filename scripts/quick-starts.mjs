// Compiles the code in the documentation. What a block needs but does not show stands in an HTML
// comment before it, which readers do not see:
//   <!-- given: declare const getToken: GetToken; -->
// A block that is no TypeScript program is marked `<!-- not compiled: why -->`.

import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Every block of TypeScript in these documents, ready to be a file. */
export function extract(
  root,
  patterns = ['README.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md'],
) {
  const blocks = [];
  for (const file of globSync(patterns, {
    cwd: root,
    exclude: ['**/node_modules/**'],
  }).toSorted()) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const match of text.matchAll(
      /(?:<!-- (given|not compiled):\s([\s\S]*?)-->\s*)?```(tsx?)\n([\s\S]*?)```/g,
    )) {
      const [, kind, given = '', language, code] = match;
      if (kind === 'not compiled') continue;
      const line = text.slice(0, match.index).split('\n').length;
      blocks.push({
        file,
        line,
        name: `${file.replace(/\W+/g, '-')}-${line}.${language}`,
        code: `${given}\n${code}\nexport {};\n`,
      });
    }
  }
  return blocks;
}

/**
 * Writes the blocks and type-checks them. Returns the output of the compiler; empty when all is
 * well.
 */
function check(root) {
  const folder = join(root, '.tmp', 'quick-starts');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const blocks = extract(root);
  for (const { name, code } of blocks) writeFileSync(join(folder, name), code);
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ['*'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@typescript/native/bin/tsc'), '-p', folder],
    {
      encoding: 'utf8',
    },
  );
  return { blocks, output: status === 0 ? '' : stdout };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { blocks, output } = check(join(import.meta.dirname, '..'));
  console.log(output || `${blocks.length} blocks of code in the documentation compile.`);
  process.exit(output ? 1 : 0);
}
