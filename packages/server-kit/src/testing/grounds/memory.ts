import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { Keypair } from '@solana/web3.js';
import type { Chain, MintObservation } from '../../ports/chain.ts';
import { memoryChain } from '../memory-chain.ts';
import type { Ground, GroundKind } from './ground.ts';

const address = () => Keypair.generate().publicKey.toBase58();

function memoryGround(): Ground {
  const ledger = memoryChain();
  let silent = false;
  let starved = false;
  let toLose = 0;
  const lost = new Set<string>();
  const spoiled = new Map<string, MintObservation>();
  const { burn, mint } = ledger.chain;
  const whenHeard = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (silent) throw new NftUpgradeError('rpc_unavailable');
      return call(...args);
    };
  };
  const whenFed = <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    whenHeard(async (...args: A): Promise<R> => {
      if (starved) throw new NftUpgradeError('mint_authority_unfunded');
      return call(...args);
    });
  const broadcast: typeof burn.broadcast = async (signed) => {
    if (toLose > 0) lost.add(signed.signature);
    toLose = 0;
    if (!lost.has(signed.signature)) await burn.broadcast(signed);
  };
  return {
    name: 'memory',
    standard: 'memory',
    chain: (): Chain => ({
      ...ledger.chain,
      burn: { ...burn, observe: whenHeard(burn.observe), locate: whenHeard(burn.locate), broadcast: whenHeard(broadcast) },
      mint: {
        ...mint,
        key: mint.key,
        observe: whenHeard(async (request, ...rest) => spoiled.get(request.operationId) ?? mint.observe(request, ...rest)),
        prepare: whenFed(mint.prepare),
        preflight: whenFed(mint.preflight),
      },
    }),
    async holder(id) {
      const holder = { principal: { id, wallet: address() }, mint: address() };
      ledger.give(holder.mint, holder.principal.wallet);
      return holder;
    },
    sign: (operationId, attempt = 1) => Buffer.from(`${operationId}/${attempt}`).toString('base64'),
    wallet: () => (transaction) => transaction,
    submit: async (operationId, attempt) => ledger.submit(operationId, attempt),
    late: async (operationId) => async () => ledger.submit(operationId, 1, { nonce: true }),
    submitFailing: async (operationId) => ledger.submit(operationId, 1, { fails: true }),
    hold: async (operationId) => async () => void ledger.submit(operationId),
    burnOutside: async ({ mint: nft }) => ledger.burnOutside(nft),
    transfer: async ({ mint: nft }) => ledger.give(nft, address()),
    pass: (blocks) => ledger.advanceBlocks(blocks),
    freeze: ledger.freeze,
    land: () => undefined,
    thaw: () => ledger.finalize(),
    fork: () => ledger.fork().length,
    silence(now) {
      silent = now;
    },
    doubt(doubtful) {
      silent = doubtful;
    },
    lag(blocks) {
      silent = blocks > 0;
    },
    lose(transactions) {
      toLose = transactions;
    },
    async spoil(operationId, how) {
      spoiled.set(operationId, { kind: 'unexpected', code: how === 'account' ? 'mint_address_occupied' : 'mint_mismatch', message: how });
    },
    async starve() {
      starved = true;
    },
    async feed() {
      starved = false;
    },
    rotate: async () => ledger.rotate(address()),
    nfts: async (wallet) => ledger.heldBy(wallet),
  };
}

/** Rules only: every rule of a chain that the engine relies on, and none of its ways. */
export const memory: GroundKind = {
  name: 'memory',
  open: async () => ({ fresh: async () => memoryGround(), stop: async () => undefined }),
};
