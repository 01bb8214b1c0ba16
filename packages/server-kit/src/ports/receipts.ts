import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/** What was exchanged for what, in a form the host can check later. */
export interface Receipt {
  [field: string]: unknown;
  id: string;
  signature?: string;
}

export interface Receipts {
  issue(claims: Readonly<Record<string, unknown>> & { operationId: string }): Promise<Receipt>;
}

/** Receipts without a signature: an id by which the journal is found. */
export const plainReceipts: Receipts = {
  issue: async ({ operationId }) => ({ id: `rcp_${createHash('sha256').update(operationId).digest('hex').slice(0, 24)}` }),
};

/**
 * Receipts signed with HMAC-SHA256 over their JSON with sorted keys.
 * @param options.secret at least 32 bytes; @param options.keyId names the secret, so that it can be rotated
 * @throws NftUpgradeError `invalid_option` for a short secret
 */
export function hmacReceipts(options: { secret: Uint8Array; keyId: string }): Receipts & { verify(receipt: Receipt): boolean } {
  if (options.secret.byteLength < 32)
    throw new NftUpgradeError('invalid_option', { message: 'The receipt secret has to be at least 32 bytes long.' });
  const sign = (receipt: Record<string, unknown>) =>
    createHmac('sha256', options.secret)
      .update(JSON.stringify(receipt, Object.keys(receipt).sort()))
      .digest();
  return {
    async issue(claims) {
      const { id } = await plainReceipts.issue(claims);
      const receipt = { ...claims, id, keyId: options.keyId };
      return { ...receipt, signature: sign(receipt).toString('base64url') };
    },
    verify({ signature, ...receipt }) {
      if (typeof signature !== 'string' || receipt.keyId !== options.keyId) return false;
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(receipt);
      return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
    },
  };
}
