import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The last commit before new NFTs were named by what was burned. */
const COMMIT = '654c948';

export const root = join(import.meta.dirname, '../../../../..');

const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 26,
  });

/** Whether the history is here: a copy of the sources without it has nothing to run. */
export function hasHistory(): boolean {
  try {
    git('cat-file', '-e', `${COMMIT}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * The code of that commit in a folder of its own, with the dependencies of this one beside it. The
 * packages of the project are its own.
 */
export function checkOut(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nft-upgrade-former-'));
  const archive = git('archive', COMMIT, 'package.json', 'packages/core', 'packages/server-kit');
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['packages/core', 'packages/server-kit']) {
    const modules = join(name, 'node_modules');
    for (const entry of entriesOf(join(root, modules))) {
      const link = join(folder, modules, entry);
      mkdirSync(dirname(link), { recursive: true });
      if (entry === '@aiw3/nft-upgrade') symlinkSync(join(folder, 'packages/core'), link);
      else symlinkSync(join(root, modules, entry), link);
    }
  }
  return folder;
}

const entriesOf = (modules: string): string[] =>
  !existsSync(modules)
    ? []
    : readdirSync(modules).flatMap((entry) =>
        entry.startsWith('.')
          ? []
          : entry.startsWith('@')
            ? readdirSync(join(modules, entry)).map((name) => join(entry, name))
            : [entry],
      );
