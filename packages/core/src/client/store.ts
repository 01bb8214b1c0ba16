/** Holds one immutable value and notifies of its changes. */
export interface Store<T> {
  /** The same object until something changed. */
  get: () => T;
  /**
   * Replaces the named fields. Listeners are called once per microtask, however many calls there
   * were.
   */
  set(patch: Partial<T>): void;
  /**
   * Returns the function that ends it. A listener that was ended is not called any more, not even
   * for what changed before.
   */
  subscribe: (listener: () => void) => () => void;
}

/**
 * Its reactions are microtasks. `queueMicrotask` would be the word for it, and is several times as
 * slow in Node.
 */
const settled = Promise.resolve();

/**
 * @param reportError receives what a listener throws, so that one bad listener neither stops the
 *   others nor the stream
 */
export function createStore<T extends object>(
  initial: T,
  reportError: (thrown: unknown) => void,
): Store<T> {
  let value: Readonly<T> = Object.freeze({ ...initial });
  let scheduled = false;
  // Wrapped, because the same function may subscribe twice.
  const listeners = new Set<{ readonly call: () => void }>();

  const publish = () => {
    scheduled = false;
    for (const listener of Array.from(listeners)) {
      if (!listeners.has(listener)) continue;
      try {
        listener.call();
      } catch (thrown) {
        reportError(thrown);
      }
    }
  };

  return {
    get: () => value,
    set(patch) {
      let same = true;
      for (const key in patch) same = same && Object.is(value[key], patch[key]);
      if (same) return;
      value = Object.freeze({ ...value, ...patch });
      if (scheduled || listeners.size === 0) return;
      scheduled = true;
      void settled.then(publish);
    },
    subscribe(listener) {
      const entry = { call: listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}
