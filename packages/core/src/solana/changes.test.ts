import { expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { walletChanges } from './changes.ts';
import * as f from './fixtures.ts';

const built = encodeBase64(f.build(f.honest()));
const signed = (instructions = f.honest()) =>
  encodeBase64(f.build(instructions, { signers: [f.owner] }));

test('W8: what a wallet added is recorded', () => {
  const changed = signed([
    f.assertion(),
    f.unitLimit(),
    f.unitPrice(50_000),
    f.memo(),
    f.burnChecked(),
    f.close(),
  ]);
  expect(walletChanges(built, changed)).toEqual([
    { kind: 'added', what: 'assertion' },
    { kind: 'added', what: 'computeUnitPrice 50000' },
    { kind: 'removed', what: 'computeUnitPrice 1000' },
  ]);
});

test('W8: a signature and another order are no change', () => {
  expect(walletChanges(built, signed())).toEqual([]);
  expect(walletChanges(built, signed(f.honest().reverse()))).toEqual([]);
});

test('W8: another blockhash and another version are', () => {
  const bytes = f.build(f.honest(), { version: 0 });
  const at = Buffer.from(bytes).indexOf(Buffer.from(f.key(7).publicKey.toBytes()));
  bytes.fill(1, at, at + 32);
  expect(walletChanges(built, encodeBase64(bytes))).toEqual([
    { kind: 'blockhash', before: f.blockhash, after: expect.any(String) },
    { kind: 'version', before: 'legacy', after: '0' },
  ]);
});

test('nothing is said about bytes that cannot be read', () => {
  expect(walletChanges(built, 'AAAA')).toBeNull();
  expect(walletChanges('', built)).toBeNull();
});
