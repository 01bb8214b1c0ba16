import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  canonicalJson,
  type ReceiptClaims,
  receiptBytes,
  type SignedReceipt,
} from '@aiw3/nft-upgrade/receipt';
import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { CallOptions } from './call.ts';

/** What was exchanged for what, in a form that can be checked later. */
export interface Receipt {
  [field: string]: unknown;
  id: string;
  signature?: string;
}

/**
 * How receipts are made. `issue` may be called again for one operation after a crash, and has to
 * give the same receipt.
 */
export interface Receipts {
  /** Signs what was exchanged for what. */
  issue(claims: ReceiptClaims, options?: CallOptions): Promise<Receipt>;
}

const idOf = (operationId: string): string =>
  `rcp_${createHash('sha256').update(operationId).digest('hex').slice(0, 24)}`;

/** Receipts without a signature: an id by which the journal is found. */
export const plainReceipts: Receipts = {
  issue: async ({ operationId }) => ({ id: idOf(operationId) }),
};

/** RFC 8410: what stands before the 32 bytes of the seed in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Receipts that anybody can verify with a public key: Ed25519 over canonical JSON. `verifyReceipt`
 * of `@aiw3/nft-upgrade/receipt` is the other side, also in browsers. To rotate, sign with the new
 * seed and publish both `key`s.
 *
 * @param options `seed`: 32 random bytes, kept secret. Not the seed of a wallet: a key has one
 *   purpose
 * @throws NftUpgradeError `invalid_option`
 */
export function ed25519Receipts({ seed }: { seed: Uint8Array }): Receipts & {
  /** Public key that verifies them, base58. */
  readonly key: string;
  /** Signs what was exchanged for what. */
  issue(claims: ReceiptClaims): Promise<Receipt & SignedReceipt>;
} {
  if (seed.byteLength !== 32)
    throw new NftUpgradeError('invalid_option', {
      message: 'ed25519Receipts: seed must be 32 bytes.',
      details: { option: 'seed' },
    });
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const key = encodeBase58(spki.subarray(-32));
  return {
    key,
    async issue(claims) {
      const receipt = { ...claims, version: 1 as const, id: idOf(claims.operationId), key };
      return { ...receipt, signature: encodeBase58(sign(null, receiptBytes(receipt), privateKey)) };
    },
  };
}

/**
 * Receipts that only the holder of the secret can verify: HMAC-SHA256 over canonical JSON.
 * @param options.secret at least 32 bytes; @param options.keyId names the secret, so that it can be
 *   rotated
 * @throws NftUpgradeError `invalid_option` for a short secret
 */
export function hmacReceipts(options: { secret: Uint8Array; keyId: string }): Receipts & {
  /** Whether the receipt was signed with this secret, and nothing in it was changed. */
  verify(receipt: Receipt): boolean;
} {
  if (options.secret.byteLength < 32)
    throw new NftUpgradeError('invalid_option', {
      message: 'The receipt secret has to be at least 32 bytes long.',
    });
  const macOf = (receipt: object) =>
    createHmac('sha256', options.secret).update(canonicalJson(receipt)).digest();
  return {
    async issue(claims) {
      const receipt = { ...claims, id: idOf(claims.operationId), keyId: options.keyId };
      return { ...receipt, signature: macOf(receipt).toString('base64url') };
    },
    verify({ signature, ...receipt }) {
      if (typeof signature !== 'string' || receipt.keyId !== options.keyId) return false;
      const given = Buffer.from(signature, 'base64url');
      const expected = macOf(receipt);
      return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
    },
  };
}
