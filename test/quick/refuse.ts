// Setup of the quick tests: what they do without is refused where it begins, however a file came by
// it. `files.ts` knows only what is imported.
import { syncBuiltinESMExports } from 'node:module';

const builtin = process.getBuiltinModule;

/** Functions that begin something slow, by what they begin. */
const beginnings: readonly [what: string, of: object, names: readonly string[]][] = [
  ['a child process', builtin('node:child_process').ChildProcess.prototype, ['spawn']],
  ['a child process', builtin('node:child_process'), ['spawnSync', 'execSync', 'execFileSync']],
  ['a socket server', builtin('node:net').Server.prototype, ['listen']],
  ['a native library, such as a chain', process, ['dlopen']],
];

for (const [what, of, names] of beginnings) {
  for (const name of names) {
    Object.defineProperty(of, name, {
      value: () => {
        throw new Error(
          `A quick test begins ${what} (${name}). ` +
            'Import what does it so that test/quick/files.ts sees it.',
        );
      },
    });
  }
}
syncBuiltinESMExports();
