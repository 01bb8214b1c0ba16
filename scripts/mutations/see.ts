import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idsOf } from '../matrix/names.ts';
import { type Mutation, root, standing } from './mutation.ts';

/**
 * `seen`: a test of the row failed, by an assertion. `missed`: the tests of the row pass all the
 * same. `stale`: the text to change is not there any more, or more than once. `broken`: something
 * else went wrong than what the row is about.
 */
export interface Sight {
  readonly result: 'seen' | 'missed' | 'stale' | 'broken';
  /** The failed test, or what is wrong. */
  readonly by: string;
  /** The message of its assertion. */
  readonly message?: string;
}

/** What is read of vitest's JSON report. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs the tests of the row in the one file, with the protection switched off. Each may take so
 * long.
 */
export function see(mutation: Mutation, testTimeoutMs: number): Sight {
  const { times } = standing(mutation);
  if (times !== 1)
    return { result: 'stale', by: `the text stands ${times} times in ${mutation.file}` };
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  const file = join(folder, 'report.json');
  const config = [
    '--config',
    'scripts/mutations/vitest.config.ts',
    '--project',
    'all',
    '--maxWorkers=1',
    `--testTimeout=${testTimeoutMs}`,
    '--bail=1',
  ];
  const vitest = [
    'exec',
    'vitest',
    'run',
    ...config,
    '--reporter=json',
    `--outputFile=${file}`,
    '-t',
    `\\b${mutation.row}\\b`,
    mutation.test,
  ];
  try {
    const env = { ...process.env, AIW3_MUTATION: JSON.stringify(mutation) };
    const { stdout, stderr } = spawnSync('pnpm', vitest, {
      cwd: root,
      encoding: 'utf8',
      env,
      shell: process.platform === 'win32',
    });
    return judge(
      mutation.row,
      read(file) ?? { testResults: [{ message: `${stdout}${stderr}`, assertionResults: [] }] },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return null;
  }
}

function judge(row: string, { testResults }: Report): Sight {
  const ofRow = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ ancestorTitles, title }) => [...ancestorTitles, title].flatMap(idsOf).includes(row));
  const ran = ofRow.filter(({ status }) => status === 'passed' || status === 'failed');
  const failed = ran.filter(({ status }) => status === 'failed');
  const [first = ''] = testResults.flatMap(({ message }) => firstLine(message) || []);
  if (ran.length === 0) return { result: 'broken', by: `no test of ${row} ran: ${first}` };
  for (const { title, failureMessages } of failed) {
    const failure = failureMessages.find((message) => expected.test(message));
    if (failure)
      return { result: 'seen', by: title, message: firstLine(failure.replace(/^\w+: /, '')) };
  }
  const [other] = failed;
  if (other)
    return {
      result: 'broken',
      by: other.title,
      message: firstLine(other.failureMessages[0] ?? ''),
    };
  return { result: 'missed', by: `${ran.length} tests of ${row} pass` };
}

/**
 * Messages of a failed assertion: of `expect`, of `expect().rejects`, and of the helpers that wait
 * for a status or an answer.
 */
const expected = new RegExp(
  [
    '^AssertionError',
    '^Error: (promise (resolved|rejected)|expected ).*',
    '^RangeError: Still ',
    '^NftUpgradeError: Waited for ',
  ].join('|'),
);

const firstLine = (text: string): string => text.trim().split('\n')[0]?.slice(0, 160) ?? '';
