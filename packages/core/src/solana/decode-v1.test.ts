import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { decodeTransaction, readAnyVersion } from './decode.ts';
import { effectsOf } from './effects.ts';
import * as f from './fixtures.ts';
import { solanaGuard } from './guard.ts';
import { formerBurnMemo } from './memo.ts';

// Written by @solana/kit 8.4.0 with the accounts of the fixtures: web3.js 1 knows no version 1.

/** Memo, burn and close, 60,000 units, a priority fee of 60 lamports. */
const whole =
  'gQEAAgcAAADqSmxj4pxSCr71UHsTLsX5lUd2rr6+e5JCHuppFEbSLAMFiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83' +
  'SIAbQPb1xuehzdKbC3j9E69MVZj+/07yqXFm48pvLk+/zNgFBb8e1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSs' +
  'hzfRBUpTWpkpIQZNJOhxYNo4fHw1td28kruB5B+oQEEFRI0G3fbh12Whk9nL4UbO63msHLSF7V9bN5E6jPWFfv8AqT' +
  'wAAAAAAAAAYOoAAAMBGQAEAwoABAMBAABuZnQtdXBncmFkZToxOnVwZ18wMUo5WkM0AQIADwEAAAAAAAAAAAEAAAkA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
/** Memo and burn, with a data size limit and a heap size. */
const heap =
  'gQEAAhgAAADqSmxj4pxSCr71UHsTLsX5lUd2rr6+e5JCHuppFEbSLAIFiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83' +
  'SIAbQPb1xuehzdKbC3j9E69MVZj+/07yqXFm48pvLk+/zNgFBb8e1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSs' +
  'hzfRBUpTWpkpIQZNJOhxYNo4fHw1td28kruB5B+oQEEFRI0G3fbh12Whk9nL4UbO63msHLSF7V9bN5E6jPWFfv8AqQ' +
  'AAAQAAAAEAAwEZAAQDCgAAbmZ0LXVwZ3JhZGU6MTp1cGdfMDFKOVpDNAECAA8BAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
/** Memo and burn, no budget at all. */
const bare =
  'gQEAAgAAAADqSmxj4pxSCr71UHsTLsX5lUd2rr6+e5JCHuppFEbSLAIFiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83' +
  'SIAbQPb1xuehzdKbC3j9E69MVZj+/07yqXFm48pvLk+/zNgFBb8e1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSs' +
  'hzfRBUpTWpkpIQZNJOhxYNo4fHw1td28kruB5B+oQEEFRI0G3fbh12Whk9nL4UbO63msHLSF7V9bN5E6jPWFfv8AqQ' +
  'MBGQAEAwoAAG5mdC11cGdyYWRlOjE6dXBnXzAxSjlaQzQBAgAPAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==';

/** Memo and burn, behind a compute budget instruction. */
const instructed =
  'gQEAAwAAAADqSmxj4pxSCr71UHsTLsX5lUd2rr6+e5JCHuppFEbSLAMGiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83' +
  'SIAbQPb1xuehzdKbC3j9E69MVZj+/07yqXFm48pvLk+/zNgFBb8e1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSs' +
  'hzfRAwZGb+UhFzL/7K26csOb57yM5bvF9xJrLEObOkAAAAAFSlNamSkhBk0k6HFg2jh8fDW13bySu4HkH6hAQQVEjQ' +
  'bd9uHXZaGT2cvhRs7reawctIXtX1s3kTqM9YV+/wCpAwAJAAQBGQAFAwoAAwEAAAAAAAAAAG5mdC11cGdyYWRlOjE6' +
  'dXBnXzAxSjlaQzQBAgAPAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAA==';

/** These bytes carry the memo of the former form. */
const expected = { ...f.expected, memo: formerBurnMemo(f.expected.operationId) };
const bytesOf = (base64: string) => decodeBase64(base64, 1_232) ?? new Uint8Array(0);
const inspect = (bytes: Uint8Array, stage: 'before' | 'after' = 'before') =>
  solanaGuard({ read: readAnyVersion }).inspect(encodeBase64(bytes), expected, stage);
const rules = (bytes: Uint8Array, stage?: 'before' | 'after') => {
  const verdict = inspect(bytes, stage);
  return verdict.safe ? [] : verdict.findings.map(({ rule }) => rule);
};

test('reads the same burn as in the other versions', () => {
  const decoded = decodeTransaction(bytesOf(whole));
  const other = decodeTransaction(f.build([f.memo(expected.memo), f.burnChecked(), f.close()]));
  if (!decoded.ok || !other.ok) throw new TypeError('unreadable');
  const { transaction } = decoded;
  expect(transaction).toMatchObject({
    version: 1,
    blockhash: f.blockhash,
    requiredSignatures: 1,
    lookupTables: [],
  });
  expect(new Set(transaction.keys)).toEqual(new Set(other.transaction.keys));
  expect(transaction.signatures).toEqual([new Uint8Array(64)]);
  expect(transaction.message).toEqual(bytesOf(whole).slice(0, -64));
  expect(effectsOf(transaction)).toEqual([
    ...effectsOf(other.transaction),
    { kind: 'priorityFee', lamports: 60n },
    { kind: 'computeUnitLimit', units: 60_000 },
  ]);
});

describe('W1: the guard', () => {
  test('lets an honest burn pass, with the fee of its header', () => {
    expect(inspect(bytesOf(whole))).toMatchObject({ safe: true, maxFeeLamports: 5_060n });
    expect(inspect(bytesOf(bare))).toMatchObject({ safe: true, maxFeeLamports: 5_000n });
  });
  test('reads none of it unless the page asks for it', () =>
    expect(solanaGuard().inspect(encodeBase64(bytesOf(whole)), expected, 'before')).toMatchObject({
      findings: [{ rule: 'unreadable' }],
    }));
  test('refuses a heap, as it does in the other versions', () =>
    expect(rules(bytesOf(heap))).toEqual(['unreadable']));
  test('refuses a fee above the cap', () => {
    const fee = 42 + 5 * 32;
    expect(bytesOf(whole)[fee]).toBe(60);
    expect(rules(bytesOf(whole).with(fee + 2, 15))).toEqual([]);
    for (const byte of [3, 4, 7])
      expect(rules(bytesOf(whole).with(fee + byte, 1))).toEqual(['priority_fee']);
  });
  test('refuses compute budget instructions, which the chain does not read there', () =>
    expect(rules(bytesOf(instructed))).toEqual(['price']));
  test('after signing, demands the signature behind the message', () => {
    expect(rules(bytesOf(whole), 'after')).toEqual(['signature_missing']);
    expect(rules(bytesOf(whole).with(-1, 7), 'after')).toEqual([]);
  });
});

describe('refuses what validators refuse', () => {
  const reason = (bytes: Uint8Array): string => {
    const decoded = decodeTransaction(bytes);
    return decoded.ok ? 'read' : decoded.reason;
  };
  const bytes = bytesOf(whole);
  test.each([
    ['cut in the signature', bytes.slice(0, -1), 'encoding'],
    ['one byte more', Uint8Array.from([...bytes, 0]), 'encoding'],
    ['half of the fee bits', bytes.with(4, 5), 'encoding'],
    ['an unknown bit', bytes.with(4, 7 + 32), 'encoding'],
    ['an unknown bit further up', bytes.with(7, 0x80), 'encoding'],
    ['no signer', bytes.with(1, 0).slice(0, -64), 'encoding'],
    ['255 instructions', bytes.with(40, 255), 'encoding'],
    ['another version', bytes.with(0, 0x82), 'encoding'],
  ])('%s', (_, wrong, why) => expect(reason(wrong)).toBe(why));
  test('cut anywhere', () => {
    for (let end = 0; end < bytes.length; end++)
      expect(reason(bytes.slice(0, end))).not.toBe('read');
  });
});
