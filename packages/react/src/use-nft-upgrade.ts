import { type ProcessHookOf, useProcess } from './use-process.ts';

/** The upgrade: burn the old NFT, get the next tier. */
export const useNftUpgrade = (): ProcessHookOf<'upgrade'> => useProcess('upgrade');
