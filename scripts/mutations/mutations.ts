import type { Mutation } from './mutation.ts';
import { burn } from './rows/burn.ts';
import { client } from './rows/client.ts';
import { deploys } from './rows/deploys.ts';
import { guardRules } from './rows/guard.ts';
import { mint } from './rows/mint.ts';
import { server } from './rows/server.ts';
import { tableCells } from './rows/tables.ts';
import { wallet } from './rows/wallet.ts';

/**
 * Add an entry for each protection you write: `npm run mutate -- <row>` shows whether a test sees
 * it go.
 */
export const mutations: readonly Mutation[] = [
  ...client,
  ...wallet,
  ...burn,
  ...mint,
  ...server,
  ...deploys,
  ...guardRules,
  ...tableCells,
];
