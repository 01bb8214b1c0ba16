/** How often a node looks, in milliseconds, where the host says nothing else. */
export const defaultTiming = {
  /** Operations that wait for the chain. */
  watchMs: 1_000,
  /** Operations that nobody looks after. */
  sweepMs: 5_000,
  /** Without a sign of life for this long, an operation is taken up by another node. */
  takeoverMs: 8_000,
};

/**
 * A node says of what it works on that it does: often enough that a sign which comes late does not
 * look like a death.
 */
export const heartbeatMs = ({ takeoverMs }: Pick<typeof defaultTiming, 'takeoverMs'>): number =>
  takeoverMs / 3;

/**
 * Longest time from the last sign of a node that was killed to the moment another one takes its
 * step up.
 */
export const longestTakeoverMs = ({
  takeoverMs,
  sweepMs,
}: Pick<typeof defaultTiming, 'takeoverMs' | 'sweepMs'>): number => takeoverMs + sweepMs;
