/**
 * Lets so many pieces of work run at once; the others wait for their turn, in the order of the
 * calls.
 */
export function createGate(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes now overtakes.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
