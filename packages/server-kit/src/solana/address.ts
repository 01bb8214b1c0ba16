import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { PublicKey } from '@solana/web3.js';

/**
 * Reads an address that comes from outside. @throws NftUpgradeError `invalid_request` naming the
 * field
 */
export function addressOf(text: string, field: string): PublicKey {
  try {
    return new PublicKey(text);
  } catch {
    throw new NftUpgradeError('invalid_request', {
      message: `${field} is not a Solana address.`,
      details: { field },
    });
  }
}
