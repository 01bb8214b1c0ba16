import { type ProcessHook, type ProcessOptions, type StateOf, useProcess } from './use-process.ts';

/**
 * The upgrade: burn the old NFT, get the next tier. Options and result are those of `useProcess`.
 */
export const useNftUpgrade = <T = StateOf<'upgrade'>>(
  options?: ProcessOptions<'upgrade', T>,
): ProcessHook<'upgrade', T> => useProcess('upgrade', options);
