import { NftUpgradeError } from '../errors/index.ts';
import { decodeBase58, encodeBase58 } from './base58.ts';
import { decodeTransaction } from './decode.ts';

/**
 * The signature that the chain files a transaction under: that of the fee payer, base58. Known
 * before anything is sent.
 * @returns null for bytes that cannot be read or are not signed by the fee payer.
 */
export function firstSignature(bytes: Uint8Array): string | null {
  const decoded = decodeTransaction(bytes);
  const signature = decoded.ok ? decoded.transaction.signatures[0] : undefined;
  return signature?.some((byte) => byte !== 0) ? encodeBase58(signature) : null;
}

/**
 * True when `owner` (base58) really signed exactly these bytes: what neither the guard, which does
 * no cryptography, nor a look at the bytes tells.
 * @returns false for unreadable bytes, and for an owner who is not asked to sign.
 * @throws NftUpgradeError `missing_capability` where WebCrypto has no Ed25519 (Chrome before 137,
 *   Firefox before 129, Safari before 17, plain http)
 */
export async function verifyOwnerSignature(bytes: Uint8Array, owner: string): Promise<boolean> {
  const decoded = decodeTransaction(bytes);
  const publicKey = decodeBase58(owner, 32);
  if (!decoded.ok || publicKey === null) return false;
  const { keys, requiredSignatures, signatures, message } = decoded.transaction;
  const signature = signatures[keys.slice(0, requiredSignatures).indexOf(owner)];
  if (signature === undefined) return false;
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  } catch (cause) {
    throw new NftUpgradeError('missing_capability', {
      message: 'This runtime cannot verify Ed25519 signatures.',
      hint: 'Verify on the server, or use a runtime whose WebCrypto has Ed25519.',
      cause,
    });
  }
  return crypto.subtle.verify('Ed25519', key, signature, message);
}
