import type { BurnPort, Chain, MintPort } from '../../ports/chain.ts';
import type { Calls } from './calls.ts';

/** The chain, with an end to every call. */
export const bindChain = (calls: Calls, chain: Chain): Chain => ({
  identity: () => calls.call('chain.identity', (options) => chain.identity(options)),
  burn: bindBurn(calls, chain.burn),
  mint: bindMint(calls, chain.mint),
});

function bindBurn({ call }: Calls, burn: BurnPort): BurnPort {
  const { find } = burn;
  return {
    locate: (query) => call('burn.locate', (options) => burn.locate(query, options)),
    prepare: (request) => call('burn.prepare', (options) => burn.prepare(request, options)),
    accept: (signed, attempts) =>
      call('burn.accept', (options) => burn.accept(signed, attempts, options)),
    broadcast: (signed) => call('burn.broadcast', (options) => burn.broadcast(signed, options)),
    observe: (query) => call('burn.observe', (options) => burn.observe(query, options)),
    ...(find && {
      find: (query) => call('burn.find', (options) => find.call(burn, query, options)),
    }),
  };
}

function bindMint({ call }: Calls, mint: MintPort): MintPort {
  const { funds } = mint;
  return {
    // They change with a rotation.
    get key() {
      return mint.key;
    },
    get keys() {
      return mint.keys;
    },
    address: (operation) => call('mint.address', (options) => mint.address(operation, options)),
    preflight: (request) => call('mint.preflight', (options) => mint.preflight(request, options)),
    prepare: (request, attempt) =>
      call('mint.prepare', (options) => mint.prepare(request, attempt, options)),
    send: (attempt) => call('mint.send', (options) => mint.send(attempt, options)),
    observe: (request, attempts, unknownUntil) =>
      call('mint.observe', (options) => mint.observe(request, attempts, unknownUntil, options)),
    elsewhere: (request, knownKeys) =>
      call('mint.elsewhere', (options) => mint.elsewhere(request, knownKeys, options)),
    standing: (requests) => call('mint.standing', (options) => mint.standing(requests, options)),
    digest: (key, text) => call('mint.digest', (options) => mint.digest(key, text, options)),
    horizon: () => call('mint.horizon', (options) => mint.horizon(options)),
    ...(funds && { funds: () => call('mint.funds', (options) => funds.call(mint, options)) }),
  };
}
