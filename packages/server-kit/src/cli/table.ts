/**
 * Columns of equal width, as far as they are needed.
 *
 * @example table(['id', 'age'], [['upg_1', '2 h']])
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** The largest unit that fits. @example duration(7_300_000) → '2 h' */
export function duration(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms >= each) ?? ['ms', 1];
  return `${Math.floor(ms / size)} ${unit}`;
}
