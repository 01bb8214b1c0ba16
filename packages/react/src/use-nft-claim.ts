import { type ProcessHook, type ProcessOptions, type StateOf, useProcess } from './use-process.ts';

/** The first unlock: a mint without a burn. Options and result are those of `useProcess`. */
export const useNftClaim = <T = StateOf<'claim'>>(
  options?: ProcessOptions<'claim', T>,
): ProcessHook<'claim', T> => useProcess('claim', options);
