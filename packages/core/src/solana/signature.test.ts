import { VersionedTransaction } from '@solana/web3.js';
import { afterEach, expect, test, vi } from 'vitest';
import { encodeBase58 } from './base58.ts';
import * as f from './fixtures.ts';
import { firstSignature, verifyOwnerSignature } from './signature.ts';

const owner = f.expected.owner;
afterEach(() => vi.restoreAllMocks());

test.each(['legacy', 0] as const)(
  'version %s: the signature is known before the send, and checked',
  async (version) => {
    const bytes = f.build(f.honest(), { version, signers: [f.owner] });
    expect(firstSignature(bytes)).toBe(
      encodeBase58(VersionedTransaction.deserialize(bytes).signatures[0] ?? new Uint8Array(0)),
    );
    expect(await verifyOwnerSignature(bytes, owner)).toBe(true);
    const unsigned = f.build(f.honest(), { version });
    expect(firstSignature(unsigned)).toBeNull();
    expect(await verifyOwnerSignature(unsigned, owner)).toBe(false);
  },
);

test('W7: a signature of another account or for another message is not the owner’s', async () => {
  const bytes = f.build(f.honest(), { signers: [f.owner] });
  const other = f.build([f.memo(), f.burn()], { signers: [f.owner] });
  expect(
    await verifyOwnerSignature(Uint8Array.from([...bytes.slice(0, 65), ...other.slice(65)]), owner),
  ).toBe(false);
  expect(await verifyOwnerSignature(bytes, f.stranger.publicKey.toBase58())).toBe(false);
  expect(await verifyOwnerSignature(bytes.slice(1), owner)).toBe(false);
  expect(await verifyOwnerSignature(bytes, 'nobody')).toBe(false);
  // The mint is among the keys and does not sign.
  expect(await verifyOwnerSignature(bytes, f.expected.mint)).toBe(false);
});

test('the owner may sign behind a sponsor', async () => {
  const bytes = f.build(f.honest(), { feePayer: f.stranger.publicKey, signers: [f.owner] });
  expect(firstSignature(bytes)).toBeNull();
  expect(await verifyOwnerSignature(bytes, owner)).toBe(true);
});

test('a runtime without Ed25519 says so instead of "not signed"', async () => {
  vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(
    new DOMException('Unrecognized name.', 'NotSupportedError'),
  );
  await expect(
    verifyOwnerSignature(f.build(f.honest(), { signers: [f.owner] }), owner),
  ).rejects.toMatchObject({
    code: 'missing_capability',
  });
});
