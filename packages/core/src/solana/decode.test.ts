import { PublicKey, VersionedTransaction } from '@solana/web3.js';
import { describe, expect, test, vi } from 'vitest';
import { decodeTransaction } from './decode.ts';
import { effectsOf } from './effects.ts';
import * as f from './fixtures.ts';
import { maxTransactionBytes, readTransaction } from './transaction.ts';

const decode = (bytes: Uint8Array) => {
  const result = decodeTransaction(bytes);
  if (!result.ok) throw new TypeError(result.reason);
  return result.transaction;
};
const reason = (bytes: Uint8Array): string => {
  const result = decodeTransaction(bytes);
  return result.ok ? 'read' : result.reason;
};

test.each(['legacy', 0] as const)('reads version %s as web3.js does', (version) => {
  const bytes = f.build(f.honest(), { version, signers: [f.owner] });
  const theirs = VersionedTransaction.deserialize(bytes);
  const ours = decode(bytes);
  expect(ours.version).toBe(theirs.version);
  expect(ours.keys).toEqual(theirs.message.staticAccountKeys.map(String));
  expect(ours.blockhash).toBe(theirs.message.recentBlockhash);
  expect(ours.signatures).toEqual(theirs.signatures);
  expect(ours.message).toEqual(Uint8Array.from(theirs.message.serialize()));
  expect(ours).toMatchObject({
    requiredSignatures: theirs.message.header.numRequiredSignatures,
    readonlySigned: theirs.message.header.numReadonlySignedAccounts,
    readonlyUnsigned: theirs.message.header.numReadonlyUnsignedAccounts,
  });
  expect(
    ours.instructions.map(({ programIndex, accounts, data }) => [
      programIndex,
      accounts,
      [...data],
    ]),
  ).toEqual(
    theirs.message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes, data }) => [
      programIdIndex,
      accountKeyIndexes,
      [...data],
    ]),
  );
});

test('lookup tables: unresolved keys are unknown, resolved ones are read', () => {
  const decoded = decode(
    f.build(f.honest(), { version: 0, tables: [f.lookupTable([f.account, f.mint])] }),
  );
  expect(decoded.lookupTables).toEqual([
    { account: expect.any(String), writable: [0, 1], readonly: [] },
  ]);
  expect(effectsOf(decoded).filter(({ kind }) => kind === 'unknown')).toHaveLength(2);
  const loaded = [f.account, f.mint].map(String);
  expect(effectsOf(decoded, loaded)).toContainEqual(
    expect.objectContaining({ kind: 'burn', account: loaded[0], mint: loaded[1] }),
  );
});

test('a burn with an unresolved account too many is not read as a burn', () => {
  const extra = f.instruction(
    f.token,
    [...f.burnChecked().keys.map(({ pubkey }) => [pubkey] as const), [f.otherAccount, 'writable']],
    f.burnChecked().data,
  );
  const decoded = decode(
    f.build([f.burnChecked(), extra], { version: 0, tables: [f.lookupTable([f.otherAccount])] }),
  );
  expect(effectsOf(decoded).map(({ kind }) => kind)).toEqual(['burn', 'unknown']);
});

test('what was read does not change with the buffer it came from', () => {
  const bytes = f.build(f.honest());
  const before = effectsOf(decode(bytes));
  const decoded = decode(bytes);
  bytes.fill(0);
  expect(effectsOf(decoded)).toEqual(before);
});

describe('refuses what validators refuse', () => {
  const bytes = f.build(f.honest());
  const header = 65;
  test.each([
    ['no signature', Uint8Array.from([0, ...bytes.slice(header)]), 'encoding'],
    ['nobody to pay', bytes.with(header + 1, 1), 'encoding'],
    ['more accounts in the header than in the list', bytes.with(header + 2, 200), 'encoding'],
    ['an empty transaction', new Uint8Array(0), 'encoding'],
    ['the largest count in front of nothing', Uint8Array.from([0xff, 0xff, 0x03]), 'encoding'],
    ['too many bytes', new Uint8Array(1_233), '1233 bytes'],
    ['bytes left over', Uint8Array.from([...bytes, 0]), 'encoding'],
    ['message version 1', f.build(f.honest(), { version: 0 }).with(header, 0x81), 'encoding'],
  ])('%s', (_, wrong, why) => expect(reason(wrong)).toBe(why));

  test('indexes that lead nowhere', () => {
    const { keys, instructions, message } = decode(bytes);
    const offset = bytes.length - message.length;
    const burn = instructions[3];
    const program = offset + message.length - (1 + 1 + 3 + 1 + 1) - (1 + 1 + 3 + 1 + 10);
    expect(bytes[program]).toBe(burn?.programIndex);
    expect(reason(bytes.with(program, 0))).toBe('program index');
    expect(reason(bytes.with(program, keys.length))).toBe('program index');
    expect(reason(bytes.with(program + 2, keys.length))).toBe('account index');
  });

  test('a lookup table that is not used', () => {
    const version0 = f.build(f.honest(), { version: 0 });
    const table = new PublicKey(f.expected.mint).toBytes();
    expect(reason(Uint8Array.from([...version0.slice(0, -1), 1, ...table, 0, 0]))).toBe(
      'unused lookup table',
    );
  });
});

describe('compact-u16', () => {
  const message = f.build(f.honest(), { version: 0 }).slice(0, -1);
  /**
   * The count of lookup tables, which is the last in a message, or undefined where the transaction
   * ends with something else.
   */
  const read = (...bytes: number[]) => {
    let value: number | undefined;
    const transaction = readTransaction(Uint8Array.from([...message, ...bytes]), (_, length) => {
      value = length();
      return 0;
    });
    return transaction && value;
  };
  // The vectors of solana-short-vec. What takes three bytes is a list that no transaction has room
  // for.
  test.each([
    [[0x00], 0],
    [[0x7f], 0x7f],
    [[0x80, 0x01], 0x80],
    [[0xff, 0x01], 0xff],
    [[0x80, 0x02], 0x100],
  ])('%j is %i', (bytes, value) => expect(read(...bytes)).toBe(value));
  test.each([
    [[0x80, 0x00]],
    [[0xff, 0x00]],
    [[0x80, 0x80, 0x00]],
    [[0xff, 0xff, 0x01]],
    [[0x80, 0x80, 0x02]],
    [[0xff, 0xff, 0x03]],
    [[0x81, 0x80, 0x00]],
    [[0xff, 0x80, 0x80, 0x01]],
    [[0x80, 0x80, 0x04]],
    [[0x80]],
    [[]],
  ])('%j is nothing', (bytes) => expect(read(...bytes) ?? Infinity).toBe(Infinity));
});

describe('W1: garbage that announces long lists costs no more than a transaction', () => {
  /** 32,767 of whatever comes next: the most that is a length here, and an index of no account. */
  const most = [0xff, 0xff];
  const header = [0, 0, 0];
  const noSignatures = [0, ...header];
  const noKeys = [...noSignatures, 0, ...Array.from({ length: 32 }, () => 7)];
  const noInstructions = [0, 0x80, ...header, 0, ...Array.from({ length: 32 }, () => 7), 0];
  test.each([
    ['signatures', most],
    ['keys', [...noSignatures, ...most]],
    ['instructions', [...noKeys, ...most]],
    ['accounts', [...noKeys, 1, 0, ...most]],
    ['bytes of instructions', [...noKeys, 1, 0, 0, ...most]],
    ['lookup tables', [...noInstructions, ...most]],
    [
      'indexes into lookup tables',
      [...noInstructions, 1, ...Array.from({ length: 32 }, () => 7), ...most],
    ],
    ['everything', Array.from({ length: maxTransactionBytes }, () => 0xff)],
  ])('%s', (_, garbage) => {
    const reads = vi.spyOn(Uint8Array.prototype, 'subarray');
    expect(reason(Uint8Array.from(garbage))).toBe('encoding');
    // What takes most of them for its room is an instruction: three bytes, and five reads.
    expect(reads.mock.calls.length).toBeLessThan(2 * maxTransactionBytes);
    reads.mockRestore();
  });
});
