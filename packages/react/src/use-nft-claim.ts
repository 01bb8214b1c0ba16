import { type ProcessHookOf, useProcess } from './use-process.ts';

/** The first unlock: a mint without a burn. */
export const useNftClaim = (): ProcessHookOf<'claim'> => useProcess('claim');
