/**
 * Text that no one writes by hand, so no one wraps it: written by a program, recorded, or data. A
 * folder ends with `/`; the end of a name begins with `.` or `*`.
 */
const generated: readonly string[] = [
  // `npm run generate`
  'packages/core/src/generated.ts',
  'packages/core/schemas/',
  'docs/errors.md',
  'docs/licences.md',
  'docs/observability.md',
  'llms.txt',
  // `npm run matrix -- --write`, `npm run bench`, `npm run coverage`
  'docs/failure-matrix.md',
  'docs/benchmarks.md',
  'docs/coverage.md',
  // `npm run freeze`, and what tests recorded
  'test/contract/golden/',
  '.stream',
  // pnpm and changesets
  'pnpm-lock.yaml',
  'patches/',
  '*CHANGELOG.md',
  // The text of the licence, data and pictures
  'LICENSE',
  '.json',
  '.svg',
  '.png',
];

export const isGenerated = (file: string): boolean =>
  generated.some((rule) =>
    rule.endsWith('/')
      ? file.startsWith(rule)
      : /^[.*]/.test(rule)
        ? file.endsWith(rule.replace('*', ''))
        : file === rule,
  );

export const isTestOrFixture = (file: string): boolean =>
  /\.(test|fixture)\.tsx?$|(^|\/)fixtures(\/|\.ts$)/.test(file);

export const isCode = (file: string): boolean => /\.([cm]?js|tsx?)$/.test(file);

/** Where the sources of a package stand, for a file that is one of them. */
export const packageOf = (file: string): string | undefined =>
  isCode(file) && !isTestOrFixture(file) ? /^packages\/[^/]+\/src\//.exec(file)?.[0] : undefined;
