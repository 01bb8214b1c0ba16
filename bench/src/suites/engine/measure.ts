/** The value below which the share `q` of all values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Runs operations, so many at a time, each of so many durable steps. */
export async function stepsPerSecond(
  run: (index: number) => Promise<void>,
  {
    operations,
    concurrency,
    stepsEach,
  }: { operations: number; concurrency: number; stepsEach: number },
): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const worker = async () => {
    while (next < operations) {
      next += 1;
      await run(next);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (operations * stepsEach * 1_000) / (performance.now() - begun);
}
