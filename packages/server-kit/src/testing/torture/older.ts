import { readFile } from 'node:fs/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Plugin } from 'esbuild';
import { migrations } from '../../db/tables.ts';

/** Whether this is the older version of the code: {@link olderCode} makes it true. */
export const isOlder = false as boolean;

interface Edit {
  /** End of the path of a file. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const older: readonly Edit[] = [
  { file: 'torture/older.ts', from: 'isOlder = false', to: 'isOlder = true' },
  { file: 'db/tables.ts', from: 'export const migrations', to: 'const all' },
];

/**
 * What the code said before a migration, by its name, where it relies on what that one brings. Only
 * for the last migration; an entry for another one may go.
 */
const before: Readonly<Record<string, readonly Edit[]>> = {
  'what stays': [
    {
      file: 'phases/identity.ts',
      from: `coalesce((select number from nft_upgrade.delivered_before
        where who = \${anonymous('$1', '$2', '$3')}), 0)`,
      to: '0',
    },
  ],
};

/**
 * Makes the version before this one: without the last migration, and without the latest definition
 * of the upgrade. @throws NftUpgradeError `internal` where the code reads otherwise
 */
export function olderCode(): Plugin {
  const edits = [...older, ...(before[migrations.at(-1)?.name ?? ''] ?? [])];
  return {
    name: 'older-code',
    setup(build) {
      for (const file of new Set(edits.map((edit) => edit.file)))
        build.onLoad({ filter: new RegExp(`/${file.replaceAll('.', '\\.')}$`) }, async (found) => {
          let contents = await readFile(found.path, 'utf8');
          for (const { from, to } of edits.filter((edit) => edit.file === file)) {
            if (!contents.includes(from))
              throw new NftUpgradeError('internal', {
                message: `${file} does not say what the older version is made from: ${from}`,
              });
            contents = contents.replace(from, () => to);
          }
          if (file === 'db/tables.ts') contents += 'export const migrations = all.slice(0, -1);\n';
          return { contents, loader: 'ts' };
        });
    },
  };
}
