import { type ProcessHook, type ProcessOptions, type StateOf, useProcess } from './use-process.ts';

/**
 * A badge becomes one that counts for the next upgrade. Options and result are those of
 * `useProcess`.
 */
export const useBadgeActivation = <T = StateOf<'badge_activation'>>(
  options?: ProcessOptions<'badge_activation', T>,
): ProcessHook<'badge_activation', T> => useProcess('badge_activation', options);
