import type { Guard } from '@aiw3/nft-upgrade';
import { readAnyVersion, solanaGuard } from '@aiw3/nft-upgrade/solana';
import type { Keypair } from '@solana/web3.js';
import type { Chain } from '../ports/chain.ts';
import { createHeldMemory } from './burn/held.ts';
import { createBurn } from './burn/index.ts';
import { feePolicy, type PriorityFee } from './fees.ts';
import { keyOf } from './mint/context.ts';
import { createMint } from './mint/index.ts';
import { createHistoryReader } from './rpc/history.ts';
import type { Rpc } from './rpc.ts';
import { createStandards, defaultStandards } from './standards/index.ts';
import type { NftStandard } from './standards/standard.ts';

/** Options of `createSolanaChain`. */
export interface SolanaChainOptions {
  rpc: Rpc;
  /** Mints, and pays for it. Never logged, never sent anywhere. */
  authority: Keypair;
  /** Authorities of earlier days, for operations that began with them. Default none. */
  formerAuthorities?: readonly Keypair[];
  /**
   * NFT standards that are understood. Default Token-2022 with metadata on chain, and SPL Token.
   */
  standards?: readonly NftStandard[];
  /**
   * Judges what comes back from a wallet. Default `solanaGuard({ read: readAnyVersion })`: what the
   * client uses, for every version.
   */
  guard?: Guard;
  /** What is paid to be included sooner, for burns (by the owner) and mints (by the authority). */
  priorityFee?: PriorityFee;
  /** Format of burn transactions. Default `legacy`: hardware wallets read nothing else. */
  burnVersion?: 'legacy' | 0;
}

/**
 * The chain port on Solana. Everything that has to survive a crash is in the values that it hands
 * out; what is remembered here only spares reads.
 * @throws NftUpgradeError `invalid_option`
 */
export function createSolanaChain(options: SolanaChainOptions): Chain {
  const {
    rpc,
    authority,
    formerAuthorities = [],
    guard = solanaGuard({ read: readAnyVersion }),
    burnVersion: version = 'legacy',
  } = options;
  const standards = createStandards(options.standards ?? defaultStandards());
  const priorityFee = feePolicy(options.priorityFee);
  const authorities = new Map(
    [...formerAuthorities, authority].map((keypair) => [keyOf(keypair), keypair]),
  );
  const history = createHistoryReader();
  return {
    identity: async () => rpc.genesisHash,
    burn: createBurn({
      rpc,
      standards,
      guard,
      priorityFee,
      version,
      history,
      held: createHeldMemory(),
    }),
    mint: createMint({ rpc, standards, authority, authorities, priorityFee, history }),
  };
}
