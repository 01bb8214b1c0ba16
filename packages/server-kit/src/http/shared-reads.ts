/**
 * Reads that are asked for at once under one key are one read: a wake-up reaches all streams of an operation in the same turn. A read that has begun is never
 * joined: what woke the later one may have been written after it.
 */
export function createSharedReads<T>(): (key: string, read: () => Promise<T>) => Promise<T> {
  const gathering = new Map<string, Promise<T>>();
  return (key, read) => {
    const open = gathering.get(key);
    if (open) return open;
    const shared = Promise.resolve().then(() => {
      gathering.delete(key);
      return read();
    });
    gathering.set(key, shared);
    return shared;
  };
}
