import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { upkeep } from './upkeep.ts';

/** Licences that a product may be built on without asking a lawyer first. */
const permissive = [
  '0BSD',
  'Apache-2.0',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
  'Zlib',
];

/** Of several, as in `(MIT OR Apache-2.0)`, the first one decides. */
const isPermissive = (licence: string): boolean =>
  permissive.includes(licence.replace(/ (OR|AND) .*$/, '').replaceAll(/^\(|\)$/g, ''));

interface Listed {
  name: string;
  versions: string[];
  license: string;
}

/**
 * What comes with the published packages, and the optional peers that a host may add. What only
 * builds and tests them is not listed.
 */
export function licences(): string {
  const production = list('--prod');
  const peers = optionalPeers();
  const optional = list().filter(({ name }) => peers.has(name));
  const refused = [...production, ...optional].filter(({ license }) => !isPermissive(license));
  if (refused.length > 0)
    throw new RangeError(
      `Licences to look at: ${refused.map((one) => `${one.name} (${one.license})`).join(', ')}.`,
    );
  return `# Licences

The packages themselves are MIT. Checked by \`npm run check\`: a licence that is not permissive
stops it.

## Installed with them

${table(production)}

## Optional peers

Installed only by an application that asks for them.

${table(optional)}

${upkeep()}`;
}

/**
 * Platform builds of one package are one entry: the list must not depend on the machine it was made
 * on.
 */
function list(...flags: string[]): Listed[] {
  const command = ['--filter', './packages/*', 'licenses', 'list', '--json', ...flags];
  const byLicence = JSON.parse(
    execFileSync('pnpm', command, { encoding: 'utf8', maxBuffer: 1e8 }),
  ) as Record<string, Listed[]>;
  return Object.values(byLicence)
    .flat()
    .filter(({ name }) => !name.startsWith('@aiw3/') && !/-(linux|darwin|win32)-/.test(name));
}

function optionalPeers(): Set<string> {
  const folder = new URL('../../packages/', import.meta.url);
  const manifests = readdirSync(folder).map((name) =>
    readFileSync(new URL(`${name}/package.json`, folder), 'utf8'),
  );
  return new Set(
    manifests.flatMap((text) =>
      Object.keys((JSON.parse(text) as { peerDependencies?: object }).peerDependencies ?? {}),
    ),
  );
}

const table = (rows: readonly Listed[]) =>
  [
    '| package | licence |',
    '| --- | --- |',
    ...rows
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, license }) => `| ${name} | ${license} |`),
  ].join('\n');
