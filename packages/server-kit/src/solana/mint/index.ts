import type { MintPort } from '../../ports/chain.ts';
import { broadcast } from '../broadcast.ts';
import { mintAddress } from './address.ts';
import { authorityAddress, authorityOf, keyOf, type MintContext } from './context.ts';
import { keyedDigest } from './digest.ts';
import { elsewhere, horizon } from './elsewhere.ts';
import { authorityFunds } from './funds.ts';
import { observeMint } from './observe.ts';
import { preflightMint, prepareMint } from './prepare.ts';
import { standing } from './standing.ts';

export const createMint = (context: MintContext): MintPort => ({
  key: keyOf(context.authority),
  keys: [...context.authorities.keys()],
  async address({ identity, key, standard }) {
    const address = await mintAddress(
      authorityAddress(key),
      identity,
      context.standards.named(standard).program,
    );
    return address.toBase58();
  },
  preflight: (request) => preflightMint(context, request),
  prepare: (request, attempt) => prepareMint(context, request, attempt),
  send: (attempt) => broadcast(context.rpc, attempt),
  observe: (request, attempts, unknownUntil) =>
    observeMint(context, request, attempts, unknownUntil),
  standing: (requests) => standing(context, requests),
  elsewhere: async (request, knownKeys) => elsewhere(context, request, knownKeys),
  digest: async (key, text) => keyedDigest(authorityOf(context, key), text),
  horizon: () => horizon(context),
  funds: () => authorityFunds(context.rpc, context.authority.publicKey),
});
