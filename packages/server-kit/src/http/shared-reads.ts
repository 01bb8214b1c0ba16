/** `owner` says whose log is read, `after` from where on. */
export type SharedReads<T> = (owner: string, after: number, read: () => Promise<T>) => Promise<T>;

/**
 * Reads of one log from one cursor that are asked for at once are one read: a wake-up reaches all streams of an operation in the same turn. A read that has
 * begun is never joined: what woke the later one may have been written after it.
 */
export function createSharedReads<T>(): SharedReads<T> {
  const gathering = new Map<string, Map<number, Promise<T>>>();
  return (owner, after, read) => {
    let reads = gathering.get(owner);
    if (!reads) {
      reads = new Map();
      gathering.set(owner, reads);
    }
    const open = reads.get(after);
    if (open) return open;
    const shared = Promise.resolve().then(() => {
      gathering.delete(owner);
      return read();
    });
    reads.set(after, shared);
    return shared;
  };
}
