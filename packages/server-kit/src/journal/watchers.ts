/** Who waits for which operation. */
export interface Watchers {
  /** Returns what takes the watcher away again. */
  add(operationId: string, wake: () => void): () => void;
  wake(operationId: string): void;
  /** Anything may have happened. */
  wakeAll(): void;
}

export function createWatchers(): Watchers {
  const waiting = new Map<string, Set<() => void>>();
  const wake = (operationId: string) => {
    for (const one of waiting.get(operationId) ?? []) one();
  };
  return {
    wake,
    wakeAll() {
      for (const id of waiting.keys()) wake(id);
    },
    add(operationId, one) {
      const wakes = waiting.get(operationId) ?? new Set();
      waiting.set(operationId, wakes.add(one));
      return () => {
        wakes.delete(one);
        if (wakes.size === 0 && waiting.get(operationId) === wakes) waiting.delete(operationId);
      };
    },
  };
}
