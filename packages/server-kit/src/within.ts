/**
 * Waits for the work, but no longer than that many milliseconds. What was begun goes on.
 * @param options.unref lets the process end while it waits
 * @throws what `late` makes when the time is over first, else what the work throws
 */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error,
  options: { unref?: boolean } = {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
    if (options.unref) timer.unref();
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
