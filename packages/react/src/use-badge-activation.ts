import { type ProcessHookOf, useProcess } from './use-process.ts';

/** A badge becomes one that counts for the next upgrade. */
export const useBadgeActivation = (): ProcessHookOf<'badge_activation'> => useProcess('badge_activation');
