import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { Keypair } from '@solana/web3.js';
import type { Chain } from '../../ports/chain.ts';
import { memoryChain } from '../memory-chain.ts';
import type { Ground, GroundKind } from './ground.ts';

const address = () => Keypair.generate().publicKey.toBase58();

function memoryGround(): Ground {
  const ledger = memoryChain();
  let silent = false;
  let starved = false;
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
  return {
    name: 'memory',
    standard: 'memory',
    chain: (): Chain => ({
      ...ledger.chain,
      burn: { ...burn, observe: whenHeard(burn.observe), locate: whenHeard(burn.locate), broadcast: whenHeard(burn.broadcast) },
      mint: {
        ...mint,
        key: mint.key,
        observe: whenHeard(mint.observe),
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
    submit: async (operationId, attempt) => ledger.submit(operationId, attempt),
    submitLate: async (operationId) => ledger.submit(operationId, 1, { nonce: true }),
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
