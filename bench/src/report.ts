import type { Result } from './suite.ts';

export interface Measured extends Result {
  readonly suite: string;
  readonly title: string;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly os: string;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const round = (value: number): number => Number(value.toPrecision(3));

/**
 * The page of the documentation: what was measured, and whether each goal holds.
 */
export function report(machine: Machine, date: Date, measured: readonly Measured[]): string {
  const goals = measured.flatMap((one) => one.goals.map((goal) => ({ ...goal, suite: one.suite })));
  const { cpu, cores, node, os } = machine;
  return `# Benchmarks

Made by \`npm run bench\` on ${date.toISOString().slice(0, 10)}:
${cpu}, ${cores} cores, Node ${node}, ${os}.
Everything within a suite was measured in one run, side by side: believe the ratios more than the
numbers.

## Goals

${table(
  ['suite', 'what', 'goal', 'measured', 'holds'],
  goals.map(({ suite, name, goal, value, holds }) => [
    suite,
    name,
    goal,
    String(round(value)),
    holds ? 'yes' : '**no**',
  ]),
)}

${measured
  .map(
    ({ suite, title, rows }) =>
      `## ${suite}\n\n${title}\n\n${table(
        ['what', 'measured', 'ratio'],
        rows.map(({ name, value, unit, ratio }) => [
          name,
          `${round(value)} ${unit}`,
          ratio === undefined ? '' : String(round(ratio)),
        ]),
      )}`,
  )
  .join('\n\n')}
`;
}
