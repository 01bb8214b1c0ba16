import { PublicKey } from '@solana/web3.js';
import { expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { decodeTransaction, readAnyVersion } from './decode.ts';
import * as f from './fixtures.ts';
import { solanaGuard } from './guard.ts';
import { computeBudgetProgram, memoProgram, tokenProgram } from './programs.ts';

// Bytes written by hand after SIMD-0385, field by field: no library had a part in them.

const u16 = (value: number) => [value & 255, value >> 8];
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
const key = (address: string | PublicKey) => [...new PublicKey(address).toBytes()];
const memo = [...Buffer.from(f.memoOf(f.expected.operationId))];

interface Parts {
  header?: [signatures: number, readonlySigned: number, readonlyUnsigned: number];
  mask?: number;
  values?: number[];
  keys?: number[][];
  heads?: number[][];
  payloads?: number[][];
  counts?: [instructions: number, keys: number];
  signatures?: number;
}

/**
 * The burn of the NFT with its memo. Keys: owner, token account, mint, memo program, token program.
 */
const version1 = ({
  header = [1, 0, 2],
  mask = 0b01111,
  values = [60, 0, 0, 0, 0, 0, 0, 0, ...u32(60_000), ...u32(65_536)],
  keys = [key(f.owner.publicKey), key(f.account), key(f.mint), key(memoProgram), key(tokenProgram)],
  heads = [
    [3, 1, ...u16(memo.length)],
    [4, 3, ...u16(10)],
  ],
  payloads = [
    [0, ...memo],
    [1, 2, 0, 15, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  counts = [heads.length, keys.length],
  signatures = header[0],
}: Parts = {}): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    0x81,
    ...header,
    ...u32(mask),
    ...key(f.blockhash),
    ...counts,
    ...keys.flat(),
    ...values,
    ...heads.flat(),
    ...payloads.flat(),
    ...Array.from({ length: 64 * signatures }, () => 7),
  ]);

const read = (parts: Parts = {}) => decodeTransaction(version1(parts)).ok;
const judge = (parts: Parts = {}) =>
  solanaGuard({ read: readAnyVersion }).inspect(encodeBase64(version1(parts)), f.expected, 'after');

test('W1: the burn, field by field', () => {
  const decoded = decodeTransaction(version1());
  expect(decoded).toMatchObject({
    ok: true,
    transaction: {
      version: 1,
      requiredSignatures: 1,
      readonlySigned: 0,
      readonlyUnsigned: 2,
      blockhash: f.blockhash,
      keys: [f.expected.owner, String(f.account), f.expected.mint, memoProgram, tokenProgram],
      budget: {
        priorityFeeLamports: 60n,
        computeUnits: 60_000,
        dataBytes: 65_536,
        heapBytes: undefined,
      },
      instructions: [
        { programIndex: 3, accounts: [0] },
        {
          programIndex: 4,
          accounts: [1, 2, 0],
          data: Uint8Array.of(15, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        },
      ],
    },
  });
  expect(judge()).toMatchObject({ safe: true, maxFeeLamports: 5_060n });
});

test('W1: a fee of 8 bytes counts in full', () => {
  const fee = (...values: number[]) =>
    judge({ values: [...values, ...u32(60_000), ...u32(65_536)] });
  expect(fee(0x40, 0x42, 0x0f, 0, 0, 0, 0, 0)).toMatchObject({
    safe: true,
    maxFeeLamports: 1_005_000n,
  });
  expect(fee(0x41, 0x42, 0x0f, 0, 0, 0, 0, 0)).toMatchObject({
    findings: [{ rule: 'priority_fee' }],
  });
  expect(fee(0, 0, 0, 0, 0, 0, 0, 0x80)).toMatchObject({ findings: [{ rule: 'priority_fee' }] });
});

test.each<[string, Parts]>([
  ['the size before the units', { mask: 0b01000, values: u32(65_536) }],
  ['no value at all', { mask: 0, values: [] }],
  ['a heap of whole kilobytes', { mask: 0b10000, values: u32(65_536) }],
])('reads %s', (_, parts) => expect(read(parts)).toBe(true));

test.each<[string, Parts]>([
  ['a mask that promises more than there is', { mask: 0b11111 }],
  ['a mask that hides a value', { mask: 0b00111 }],
  ['half of the fee', { mask: 0b01110, values: [...u32(60), ...u32(60_000), ...u32(65_536)] }],
  [
    'a bit that nobody knows',
    {
      mask: 0b101111,
      values: [60, 0, 0, 0, 0, 0, 0, 0, ...u32(60_000), ...u32(65_536), ...u32(1)],
    },
  ],
  ['a heap of half a kilobyte', { mask: 0b10000, values: u32(65_536 + 512) }],
  ['a signature too few', { signatures: 0 }],
  ['a signature too many', { signatures: 2 }],
  ['nobody to pay', { header: [1, 1, 2] }],
  ['more readonly accounts than there are', { header: [1, 0, 5] }],
  [
    'a program that pays',
    {
      heads: [
        [0, 1, ...u16(memo.length)],
        [4, 3, ...u16(10)],
      ],
    },
  ],
  [
    'a program that is not there',
    {
      heads: [
        [5, 1, ...u16(memo.length)],
        [4, 3, ...u16(10)],
      ],
    },
  ],
  [
    'an account that is not there',
    {
      payloads: [
        [5, ...memo],
        [1, 2, 0, 15, 1, 0, 0, 0, 0, 0, 0, 0, 0],
      ],
    },
  ],
  ['an instruction less than counted', { counts: [3, 5] }],
  ['a key more than counted', { counts: [2, 4] }],
  ['65 instructions', { heads: Array.from({ length: 65 }, () => [3, 0, 0, 0]), payloads: [] }],
  [
    '65 keys',
    {
      keys: [
        key(f.owner.publicKey),
        ...Array.from({ length: 64 }, (_, at) => key(f.key(at + 10).publicKey)),
      ],
      heads: [],
      payloads: [],
    },
  ],
])('refuses %s', (_, parts) => expect(read(parts)).toBe(false));

test('W1: a compute budget instruction says nothing there, so it may not stand there', () => {
  const keys = [
    key(f.owner.publicKey),
    key(f.account),
    key(f.mint),
    key(memoProgram),
    key(tokenProgram),
    key(computeBudgetProgram),
  ];
  const heads = [
    [3, 1, ...u16(memo.length)],
    [4, 3, ...u16(10)],
    [5, 0, ...u16(5)],
  ];
  const payloads = [
    [0, ...memo],
    [1, 2, 0, 15, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    [2, ...u32(1)],
  ];
  expect(judge({ header: [1, 0, 3], keys, heads, payloads })).toMatchObject({
    findings: [{ rule: 'limit', instruction: 2 }],
  });
  expect(judge({ header: [1, 0, 3], mask: 0, values: [], keys, heads, payloads })).toMatchObject({
    findings: [{ rule: 'limit' }],
  });
});
