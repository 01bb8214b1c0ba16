import type { Honest } from '../attack.ts';
import { report, unbound } from '../attacks/forged.ts';
import { onChains } from './chains.ts';
import { histories } from './histories.ts';
import { ofWallets } from './wallets.ts';

/** Burns of tools whose memo names no operation: honoured for the one that the NFT is in. */
const ofTools: readonly Honest[] = unbound.map((forgery, at) => ({
  id: `tool-burn-${at + 1}`,
  code: 'burned_elsewhere',
  run: async (arena) => (await report(arena, forgery)).kind,
}));

/** What has to work. */
export const honest: readonly Honest[] = [...ofTools, ...ofWallets, ...onChains, ...histories];
