import { randomBytes } from 'node:crypto';
import { type ReceiptClaims, verifyReceipt } from '@aiw3/nft-upgrade/receipt';
import { expect, it } from 'vitest';
import { ed25519Receipts, hmacReceipts, plainReceipts } from './receipts.ts';

const claims: ReceiptClaims = {
  operationId: 'upg_1',
  process: 'upgrade',
  cluster: 'genesis',
  owner: 'owner',
  burned: { mint: 'old', signature: 'burn', slot: 1 },
  minted: { mint: 'new', signature: 'mint', slot: null },
  cid: null,
};

it('gives one receipt for one operation, however often it is asked', async () => {
  for (const receipts of [
    plainReceipts,
    ed25519Receipts({ seed: randomBytes(32) }),
    hmacReceipts({ secret: randomBytes(32), keyId: '1' }),
  ]) {
    const receipt = await receipts.issue(claims);
    expect(await receipts.issue(claims)).toEqual(receipt);
    expect(receipt.id).toMatch(/^rcp_[0-9a-f]{24}$/);
  }
});

it('Ed25519: anybody can verify it, with the key that is told', async () => {
  const receipts = ed25519Receipts({ seed: randomBytes(32) });
  const receipt = await receipts.issue(claims);
  expect(await verifyReceipt(receipt, { keys: [receipts.key] })).toEqual({ valid: true, receipt });
  expect(await verifyReceipt({ ...receipt, minted: null }, { keys: [receipts.key] })).toMatchObject(
    { valid: false },
  );
  expect(
    await verifyReceipt(receipt, { keys: [ed25519Receipts({ seed: randomBytes(32) }).key] }),
  ).toMatchObject({ valid: false });
  expect(() => ed25519Receipts({ seed: randomBytes(31) })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
});

it('HMAC: covers what is nested as well', async () => {
  const secret = randomBytes(32);
  const receipts = hmacReceipts({ secret, keyId: '1' });
  const receipt = await receipts.issue(claims);
  expect(receipts.verify(receipt)).toBe(true);
  expect(receipts.verify({ ...receipt, burned: { ...claims.burned, mint: 'another' } })).toBe(
    false,
  );
  expect(receipts.verify({ ...receipt, keyId: '2' })).toBe(false);
  expect(hmacReceipts({ secret: randomBytes(32), keyId: '1' }).verify(receipt)).toBe(false);
  expect(() => hmacReceipts({ secret: randomBytes(31), keyId: '1' })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
});
