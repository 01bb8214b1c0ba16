import { createTimeline, type Timeline, type TimelineOptions } from '@aiw3/nft-upgrade';

/** A recording that notifies when it grows. */
export interface WatchedTimeline extends Timeline {
  /** Calls the listener once for all lines of a turn. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Counts the lines there ever were. */
  getVersion(): number;
}

/**
 * Makes the recording for `createUpgradeClient({ timeline })` and the panel. @param options those
 * of `createTimeline`
 */
export function watchedTimeline(options?: TimelineOptions): WatchedTimeline {
  const listeners = new Set<() => void>();
  let version = 0;
  let scheduled = false;
  const publish = () => {
    scheduled = false;
    for (const listener of Array.from(listeners)) listener();
  };
  const timeline = createTimeline({
    ...options,
    onLine() {
      options?.onLine?.();
      version++;
      if (scheduled || listeners.size === 0) return;
      scheduled = true;
      queueMicrotask(publish);
    },
  });
  return {
    get dropped() {
      return timeline.dropped;
    },
    begin: timeline.begin,
    toNDJSON: timeline.toNDJSON,
    getVersion: () => version,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
