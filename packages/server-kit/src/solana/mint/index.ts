import type { MintPort } from '../../ports/chain.ts';
import { broadcast } from '../broadcast.ts';
import { mintAddress } from './address.ts';
import { authorityOf, keyOf, type MintContext } from './context.ts';
import { elsewhere, horizon } from './elsewhere.ts';
import { authorityFunds } from './funds.ts';
import { observeMint } from './observe.ts';
import { preflightMint, prepareMint } from './prepare.ts';

export const createMint = (context: MintContext): MintPort => ({
  key: keyOf(context.authority),
  async address({ operationId, key, standard }) {
    const address = await mintAddress(
      authorityOf(context, key).publicKey,
      operationId,
      context.standards.named(standard).program,
    );
    return address.toBase58();
  },
  preflight: (request) => preflightMint(context, request),
  prepare: (request, attempt) => prepareMint(context, request, attempt),
  send: (attempt) => broadcast(context.rpc, attempt),
  observe: (request, attempts, unknownUntil) =>
    observeMint(context, request, attempts, unknownUntil),
  elsewhere: async (request, knownKeys) => elsewhere(context, request, knownKeys),
  horizon: () => horizon(context),
  funds: () => authorityFunds(context.rpc, context.authority.publicKey),
});
