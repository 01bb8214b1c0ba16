import type { Honest } from '../attack.ts';
import { report, unbound } from '../attacks/forged.ts';

const ofTools: readonly Honest[] = unbound.map((forgery, at) => ({
  id: `tool-burn-${at + 1}`,
  code: 'burned_elsewhere',
  run: async (arena) => (await report(arena, forgery)).kind,
}));

/** What has to work. */
export const honest: readonly Honest[] = [...ofTools];
