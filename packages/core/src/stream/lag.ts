/** Notices that something on the way holds frames back. */
export interface LagMeter {
  /**
   * Takes the server's time of a frame that was sent just then, and its arrival, both in
   * milliseconds. Returns true once frames have been late twice, apart. Only differences count, so
   * a wrong client clock does no harm.
   */
  observe(serverTime: number, arrival: number): boolean;
  /** Forgets everything: after a sleep of the device late frames say nothing. */
  reset(): void;
}

export function createLagMeter(bufferedMs: number): LagMeter {
  let quickest = Infinity;
  let slowest = -Infinity;
  let slowestAt = 0;
  let lateAt: number | null = null;
  return {
    observe(serverTime, arrival) {
      const lag = arrival - serverTime;
      quickest = Math.min(quickest, lag);
      if (lag >= slowest) {
        slowest = lag;
        slowestAt = arrival;
      }
      // The first frame of a burst is the late one; only the last one, which comes after it, shows
      // how quick the way can be.
      if (slowest - quickest <= bufferedMs) return false;
      const again = lateAt !== null && slowestAt - lateAt > bufferedMs / 2;
      lateAt ??= slowestAt;
      slowest = -Infinity;
      return again;
    },
    reset() {
      quickest = Infinity;
      slowest = -Infinity;
      lateAt = null;
    },
  };
}
