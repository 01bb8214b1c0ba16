/** What is read of a file in Istanbul's format: how often each statement and branch ran. */
export interface FileCoverage {
  readonly s: Readonly<Record<string, number>>;
  readonly b: Readonly<Record<string, readonly number[]>>;
}

interface Count {
  ran: number;
  of: number;
}

type Counts = Record<'statements' | 'branches', Count>;

const HEADING = '## What did not run, and why';

/** The page with new figures. @param before the page as it is, whose last section stays */
export function pageOf(
  files: readonly (readonly [string, FileCoverage])[],
  before: string,
): string {
  const byHand = before.slice(before.indexOf(HEADING));
  const packages = tableOf(files, (path) => path.split('/')[1] ?? '');
  const folders = tableOf(files, (path) =>
    path
      .split('/')
      .slice(0, 4)
      .join('/')
      .replace(/\/[^/]*\.tsx?$/, ''),
  );
  return `# Coverage

<!-- The figures are written by \`npm run coverage\`. The last section is written by hand. -->

Statements and branches of \`packages/*/src\` that ran in the tests of one run, counted by V8 in the
processes of the test runner. \`npm run coverage\` repeats it and writes these figures again.

${packages}

## By folder

${folders}

${byHand}`;
}

function tableOf(
  files: readonly (readonly [string, FileCoverage])[],
  groupOf: (path: string) => string,
): string {
  const groups = new Map<string, Counts>();
  const all = none();
  for (const [path, file] of files) {
    const group = groups.get(groupOf(path)) ?? none();
    groups.set(groupOf(path), group);
    for (const counts of [group, all]) {
      add(counts.statements, Object.values(file.s));
      add(counts.branches, Object.values(file.b).flat());
    }
  }
  const rows = [...groups].sort(([a], [b]) => a.localeCompare(b));
  return [
    '| where | statements | | branches | |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...[...rows, ['**together**', all] as const].map(
      ([name, { statements, branches }]) =>
        `| ${name} | ${shown(statements)} | ${shown(branches)} |`,
    ),
  ].join('\n');
}

const none = (): Counts => ({ statements: { ran: 0, of: 0 }, branches: { ran: 0, of: 0 } });

function add(count: Count, times: readonly number[]): void {
  count.of += times.length;
  count.ran += times.filter((time) => time > 0).length;
}

const shown = ({ ran, of }: Count): string =>
  `${of === 0 ? '–' : `${((100 * ran) / of).toFixed(1)} %`} | ${ran} of ${of}`;
