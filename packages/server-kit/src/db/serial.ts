/**
 * Makes a function that runs the work it is given one after another, in the order of the calls. A
 * rejection reaches only its own caller.
 */
export function serial(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}
