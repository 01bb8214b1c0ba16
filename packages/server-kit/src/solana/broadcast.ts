import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { decodeBase64, maxTransactionBytes } from '@aiw3/nft-upgrade/solana';
import type { Rpc } from './rpc.ts';
import { submit } from './transaction.ts';

/**
 * Sends the same signed bytes through every node, any number of times. Resolves also for a
 * transaction that is known already or too old: what became of it is read from the chain, never
 * from the answer. @throws NftUpgradeError `rpc_unavailable` when no node takes it
 */
export async function broadcast(rpc: Rpc, { transaction }: { transaction: string }): Promise<void> {
  const bytes = decodeBase64(transaction, maxTransactionBytes);
  if (bytes === null)
    throw new NftUpgradeError('invalid_request', {
      message: 'The transaction to send is not base64.',
    });
  await rpc.everywhere((endpoint) => submit(endpoint, bytes));
}
