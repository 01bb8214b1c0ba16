/** One measured thing: ours, a peer's, or the floor that nothing can beat. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same as a multiple of the floor or of the peer that the suite compares with. */
  readonly ratio?: number;
}

/** What was promised, against what was measured in the same run. */
export interface Goal {
  readonly name: string;
  /** In words, with its number: `≤ 1.6 × floor`. */
  readonly goal: string;
  readonly value: number;
  readonly holds: boolean;
}

export interface Result {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

/**
 * A suite measures everything it compares side by side in one run: times are noisy, ratios less so.
 */
export interface Suite {
  readonly title: string;
  /** @param print progress for people, on stderr */
  run(print: (line: string) => void): Promise<Result>;
}

export const atMost = (name: string, bound: number, value: number, unit = ''): Goal => ({
  name,
  goal: `≤ ${bound}${unit}`,
  value,
  holds: value <= bound,
});

export const atLeast = (name: string, bound: number, value: number, unit = ''): Goal => ({
  name,
  goal: `≥ ${bound}${unit}`,
  value,
  holds: value >= bound,
});

/** The middle one: a slow outlier says more about the machine than about the code. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
