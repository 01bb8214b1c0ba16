import type { Chain } from '@aiw3/nft-upgrade-server-kit';
import { createRpc, createSolanaChain } from '@aiw3/nft-upgrade-server-kit/solana';
import { startChain } from '@aiw3/nft-upgrade-server-kit/testing';
import { Keypair } from '@solana/web3.js';
import type { Config } from './config.ts';

/** A Solana cluster with a funded mint authority. */
export interface Cluster {
  chain: Chain;
  rpcUrl: string;
  /** Which runtime serves it; null for a cluster that was there before. */
  local: string | null;
  airdrop(address: string, lamports: bigint): Promise<void>;
  /** Lets so many blocks pass at once; null for a cluster with a clock of its own. */
  advance: ((blocks: number) => void) | null;
  stop(): Promise<void>;
}

const SOL = 1_000_000_000n;

/** The configured cluster, or a local one that lives and dies with this process. */
export async function openCluster(config: Config): Promise<Cluster> {
  if (config.SOLANA_RPC_URL && config.MINT_AUTHORITY_KEYFILE) {
    const rpc = await createRpc({ endpoints: config.SOLANA_RPC_URL });
    const authority = Keypair.fromSecretKey(config.MINT_AUTHORITY_KEYFILE);
    return {
      chain: createSolanaChain({ rpc, authority }),
      rpcUrl: config.SOLANA_RPC_URL[0] ?? '',
      local: null,
      airdrop: async () => {
        throw new RangeError('Only the local chain gives SOL away.');
      },
      advance: null,
      stop: async () => {},
    };
  }
  // Not Surfpool: under load its RPC (1.5) stops answering for good, all but getHealth, within a
  // few operations. A burn can land for 150 blocks: half a minute, for people who read before they
  // sign. Final after 0.6 s, for those who wait.
  const local = await startChain({ runtime: 'lite', slotMs: 200, finalizeDepth: 3 });
  const authority = Keypair.generate();
  await local.airdrop(authority.publicKey.toBase58(), 100n * SOL);
  // A node alone is warned of; this one is this server's own.
  const rpc = await createRpc({ endpoints: [local.rpcUrl], onWarning: () => undefined });
  return {
    chain: createSolanaChain({ rpc, authority }),
    rpcUrl: local.rpcUrl,
    local: local.kind,
    airdrop: (address, lamports) => local.airdrop(address, lamports),
    advance: (blocks) => local.controls.advance(blocks),
    stop: () => local.stop(),
  };
}
