import type { BurnPort } from '../../ports/chain.ts';
import { broadcast } from '../broadcast.ts';
import { acceptBurn } from './accept.ts';
import { locateNft, prepareBurn } from './build.ts';
import type { BurnContext } from './context.ts';
import { findBurn } from './find.ts';
import { observeBurn } from './observe.ts';

export const createBurn = (context: BurnContext): BurnPort => ({
  locate: (query) => locateNft(context, query),
  prepare: (request) => prepareBurn(context, request),
  accept: async (signedTransaction, attempts) => acceptBurn(context, signedTransaction, attempts),
  broadcast: (signed) => broadcast(context.rpc, signed),
  observe: (query) => observeBurn(context, query),
  find: (query) => findBurn(context, query),
});
