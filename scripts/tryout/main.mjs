// Tries the packages as their users get them: packs all of them, installs the tarballs into fresh
// projects with npm, and builds and runs what the READMEs show.
//   npm run tryout [-- <project…>]
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from '../quick-starts.mjs';

const root = join(import.meta.dirname, '../..');
const sources = join(import.meta.dirname, 'projects');
const examples = { next: join(root, 'examples/next') };

/**
 * What is run in each project once its dependencies are installed. Every command has to exit with
 * 0. A project lies in `projects/`, unless it is an example.
 */
const projects = {
  'node-esm': ['node run.mjs'],
  'node-cjs': ['node run.cjs'],
  vite: ['npx vite build --logLevel error', 'node check.mjs'],
  next: ['npx next build'],
  types: ['bundler', 'node16', 'nodenext'].map(
    (resolution) => `npx tsc -p tsconfig.${resolution}.json`,
  ),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(projects, name));
if (unknown.length > 0) {
  console.error(
    `Unknown project: ${unknown.join(', ')}. Projects: ${Object.keys(projects).join(', ')}.`,
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'tryout-'));
// `npm exec`, under which this may run itself, tells npm below it which packages it was called for:
// an npx here would look for its command in those.
const { npm_config_package: _, npm_config_call: __, ...inherited } = process.env;
const env = { ...inherited, NODE_OPTIONS: '', NEXT_TELEMETRY_DISABLED: '1' };
const run = (command, cwd) => spawnSync(command, { cwd, shell: true, encoding: 'utf8', env });

function must(command, cwd, about) {
  const { status, stdout, stderr } = run(command, cwd);
  if (status === 0) return stdout;
  console.error(`${about}: \`${command}\` failed\n${stdout}${stderr}`);
  process.exitCode = 1;
  throw new RangeError(about);
}

/** Tarball of every package, by package name. */
function pack() {
  const packed = {};
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  for (const name of readdirSync(join(root, 'packages'))) {
    const cwd = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
    must(`pnpm pack --pack-destination "${tarballs}"`, cwd, manifest.name);
    const prefix = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}`;
    packed[manifest.name] = `file:${join(
      tarballs,
      readdirSync(tarballs).find((file) => file.startsWith(prefix)),
    )}`;
  }
  return packed;
}

/** A copy of the project whose dependencies named `packed` are the tarballs. */
function lay(name, packed) {
  const cwd = join(folder, name);
  cpSync(examples[name] ?? join(sources, name), cwd, {
    recursive: true,
    filter: (path) => !/node_modules|\.next/.test(path),
  });
  const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
  for (const [dependency, version] of Object.entries(manifest.dependencies)) {
    if (version === 'packed' || version.startsWith('workspace:'))
      manifest.dependencies[dependency] = packed[dependency];
  }
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest, null, 2));
  if (name === 'types')
    for (const block of extract(root)) writeFileSync(join(cwd, block.name), block.code);
  return cwd;
}

try {
  const packed = pack();
  for (const name of wanted.length > 0 ? wanted : Object.keys(projects)) {
    const cwd = lay(name, packed);
    must('npm install --no-audit --no-fund --ignore-scripts --loglevel=error', cwd, name);
    const output = projects[name].map((command) => must(command, cwd, name).trim());
    console.log(
      `${name}: ${
        output
          .map((text) => text.split('\n').at(-1))
          .filter(Boolean)
          .join(' · ') || 'passes'
      }`,
    );
  }
} catch (thrown) {
  if (process.exitCode !== 1) throw thrown;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
