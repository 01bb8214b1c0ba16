import { createHmac, hkdfSync } from 'node:crypto';
import type { Keypair } from '@solana/web3.js';

/** Names what the derived key is for: the secret of the authority itself signs and nothing else. */
const purpose = 'nft-upgrade/claim-identity/v1';

/**
 * A digest that nobody can compute without the secret of the authority, in hexadecimal. Its key is
 * derived from that secret, so it is the same on every node and after a restore, and needs no place
 * of its own.
 */
export function keyedDigest({ secretKey }: Keypair, text: string): string {
  const key = hkdfSync('sha256', secretKey.subarray(0, 32), '', purpose, 32);
  return createHmac('sha256', Buffer.from(key)).update(text).digest('hex');
}
