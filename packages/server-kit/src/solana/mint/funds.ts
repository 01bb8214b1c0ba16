import type { PublicKey } from '@solana/web3.js';
import type { Funds } from '../../ports/chain.ts';
import { ask } from '../rpc/ask.ts';
import type { Rpc } from '../rpc.ts';

/** Reads what the mint authority has, `confirmed`. @throws NftUpgradeError `rpc_unavailable` */
export async function authorityFunds(rpc: Rpc, authority: PublicKey): Promise<Funds> {
  const { value: lamports } = await rpc.use((endpoint) =>
    ask(endpoint, 'getBalance', [authority.toBase58(), { commitment: 'confirmed' }]),
  );
  return { authority: authority.toBase58(), lamports };
}
