import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { burnMemo, formerBurnMemo, namesOperation, operationOfMemo, readBurnMemo } from './memo.ts';

const key = fc
  .tuple(fc.nat(32), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([zeros, bytes]) => bytes.fill(0, 0, zeros));

test('base58 writes and reads keys as web3.js does, leading zeros included', () => {
  fc.assert(
    fc.property(key, (bytes) => {
      const text = encodeBase58(bytes);
      expect(text).toBe(new PublicKey(bytes).toBase58());
      expect(decodeBase58(text, 32)).toEqual(bytes);
      expect(decodeBase58(text, 31)).toBeNull();
    }),
    { numRuns: 300 },
  );
  const signature = new Uint8Array(64).fill(255);
  expect(decodeBase58(encodeBase58(signature), 64)).toEqual(signature);
});

test.each(['', '0OIl', '1'.repeat(33), 'z'.repeat(44), 'a b', '1'.repeat(1_000_000)])(
  'base58 refuses %.20j',
  (text) => expect(decodeBase58(text, 32)).toBeNull(),
);

test('base64 has one spelling for some bytes, that of Buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text, 100)).toEqual(bytes);
    }),
  );
  expect(decodeBase64('AAE=', 2)).toEqual(Uint8Array.of(0, 1));
  for (const text of ['AAE', 'AAF=', ' AAE=', 'AA E=', 'AAE==', '%', 'AAEC'])
    expect(decodeBase64(text, 2)).toBeNull();
});

test('a memo names its operation and its deployment, in at most 45 bytes', () => {
  const operation = '0123456789abcdef0123456789abcdef';
  const deployment = 'A_b-9xyz';
  const memo = burnMemo({ operationId: `upg_${operation}`, deployment });
  expect(memo).toBe(`nu2:A_b-9xyz:${operation}`);
  expect(Buffer.byteLength(memo)).toBe(45);
  expect(readBurnMemo(memo)).toEqual({ version: 2, deployment, operation });
  const former = formerBurnMemo('upg_1');
  expect(former).toBe('nft-upgrade:1:upg_1');
  expect(readBurnMemo(former)).toEqual({ version: 1, deployment: null, operation: 'upg_1' });
  expect([memo, former].map(operationOfMemo)).toEqual([operation, 'upg_1']);
});

test('what names no operation in a form of ours is no memo of ours', () => {
  for (const text of [
    '',
    'nft-upgrade:1:',
    'nft-upgrade:2:upg_1',
    ' nft-upgrade:1:upg_1',
    'nu2:',
    'nu2:A_b-9xyz:',
    'nu2:A_b-9xy:1',
    'nu2:A_b-9xy.:1',
    'nu3:A_b-9xyz:1',
    ' nu2:A_b-9xyz:1',
  ])
    expect(readBurnMemo(text), text).toBeNull();
});

test('a memo names one operation only, whatever its form', () => {
  const memo = burnMemo({ operationId: 'upg_1', deployment: 'A_b-9xyz' });
  expect(namesOperation(memo, 'upg_1')).toBe(true);
  expect(namesOperation(formerBurnMemo('upg_1'), 'upg_1')).toBe(true);
  for (const other of [`${memo}2`, formerBurnMemo('1'), formerBurnMemo('upg_12'), 'nu2:x', ''])
    expect(namesOperation(other, 'upg_1'), other).toBe(false);
});
