/**
 * A connection of a sink: opened when it is needed, given up as soon as anything goes wrong with
 * it, opened again for the next delivery.
 */
export interface Connection<T> {
  /**
   * Works with it. A signal that aborts gives it up, because one that hangs must not take the next
   * delivery with it.
   */
  use(signal: AbortSignal, work: (connection: T) => Promise<unknown>): Promise<void>;
  /** Gives it up, whatever state it is in. */
  drop(): Promise<void>;
}

export function createConnection<T>(
  open: () => Promise<T>,
  close: (connection: T) => unknown,
): Connection<T> {
  let current: Promise<T> | null = null;
  const drop = async () => {
    const dropped = current;
    current = null;
    await dropped?.then(close).catch(() => undefined);
  };
  return {
    drop,
    async use(signal, work) {
      const onAbort = () => void drop();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        current ??= open();
        await work(await current);
      } catch (thrown) {
        await drop();
        throw thrown;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
