// Packs every package as it would be published, and looks at the tarball as its users will:
// exports, types for every way of resolving them, files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const attw = createRequire(import.meta.url)
  .resolve('@arethetypeswrong/cli/package.json')
  .replace('package.json', 'dist/index.js');
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
let problems = 0;

/**
 * Bytes, gzipped, of what a page loads for the client. `packages/core/src/bundle.test.ts` holds the
 * sources to the same.
 */
const PAGE_BYTES = 16 * 1024 + 128;

const run = (command, args, cwd) =>
  spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32' && command !== process.execPath,
  });

try {
  for (const name of readdirSync(join(root, 'packages'))) {
    const cwd = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));

    const { messages } = await publint({ pkgDir: cwd, strict: true });
    for (const message of messages) {
      console.error(`${manifest.name}: publint: ${formatMessage(message, manifest)}`);
      problems += 1;
    }

    const packed = run('pnpm', ['pack', '--pack-destination', folder], cwd);
    const tarball = readdirSync(folder).find(
      (file) =>
        file.endsWith('.tgz') &&
        file.includes(`${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}`),
    );
    if (packed.status !== 0 || !tarball) {
      console.error(`${manifest.name}: could not be packed\n${packed.stdout}${packed.stderr}`);
      problems += 1;
      continue;
    }
    // CJS resolution of TypeScript before node16 knows no exports at all; Node from 22.12 on does.
    const types = run(
      process.execPath,
      [
        attw,
        join(folder, tarball),
        '--profile',
        'node16',
        '--exclude-entrypoints',
        './package.json',
      ],
      root,
    );
    if (types.status !== 0) {
      console.error(`${manifest.name}: types\n${types.stdout}${types.stderr}`);
      problems += 1;
    }
  }

  // As published: a chunk of the build must not bring into a page what the sources leave out.
  const { outputFiles } = await build({
    stdin: {
      contents: `export { createUpgradeClient } from './index.js'`,
      resolveDir: join(root, 'packages/core/dist'),
    },
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  const page = gzipSync(outputFiles[0]?.text ?? '', { level: 9 }).length;
  console.log(`A page loads ${(page / 1024).toFixed(2)} KB for createUpgradeClient, gzipped.`);
  if (page > PAGE_BYTES) {
    console.error(`That is more than ${PAGE_BYTES / 1024} KB.`);
    problems += 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(problems === 0 ? 'All packages are fit to be published.' : `${problems} problems.`);
process.exit(problems === 0 ? 0 : 1);
