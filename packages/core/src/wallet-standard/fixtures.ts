import { VersionedTransaction } from '@solana/web3.js';
import * as f from '../solana/fixtures.ts';
import type { StandardAccount, StandardWallet } from './features.ts';

// For tests only.

type Way = 'solana:signTransaction' | 'solana:signAndSendTransaction';

/**
 * A wallet as an extension registers it, around a key. `answer` replaces what its features answer.
 */
export function standardWallet(
  ways: readonly Way[],
  answer?: (input: { transaction: Uint8Array; chain: string }) => unknown,
) {
  const prompts: { way: Way; transaction: Uint8Array; chain: string }[] = [];
  const account: StandardAccount = {
    address: f.expected.owner,
    chains: ['solana:mainnet', 'solana:devnet'],
    features: ways,
  };
  const ask = async (
    way: Way,
    input: { transaction: Uint8Array; chain: string },
  ): Promise<unknown> => {
    prompts.push({ way, ...input });
    if (answer) return answer(input);
    const transaction = VersionedTransaction.deserialize(input.transaction);
    transaction.sign([f.owner]);
    return [{ signedTransaction: transaction.serialize(), signature: transaction.signatures[0] }];
  };
  const features: Record<string, unknown> = { 'standard:connect': { version: '1.0.0' } };
  for (const way of ways)
    features[way] = {
      version: '1.0.0',
      supportedTransactionVersions: ['legacy', 0],
      [way.slice('solana:'.length)]: (input: { transaction: Uint8Array; chain: string }) =>
        ask(way, input),
    };
  const wallet: StandardWallet & { accounts: StandardAccount[] } = {
    name: 'Standard',
    accounts: [account],
    features,
  };
  return { wallet, account, prompts };
}
