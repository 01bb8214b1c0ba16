import type { PublicKey } from '@solana/web3.js';
import type { Funds } from '../../ports/chain.ts';
import type { Rpc } from '../rpc.ts';

/** Reads what the mint authority has, `confirmed`. @throws NftUpgradeError `rpc_unavailable` */
export async function authorityFunds(rpc: Rpc, authority: PublicKey): Promise<Funds> {
  const lamports = await rpc.use((endpoint) =>
    endpoint.call((connection) => connection.getBalance(authority, 'confirmed')),
  );
  return { authority: authority.toBase58(), lamports };
}
