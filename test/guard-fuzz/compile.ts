import { programs } from '../../packages/core/src/solana/programs.ts';
import type { MessageParts } from '../../packages/core/src/testing/encode.ts';
import {
  accounts,
  bytesOf,
  fungible as coin,
  mint,
  mint2022,
  nowhere,
  otherMint,
  owner,
  system,
} from './accounts.ts';

export type Role = '' | 'w' | 's' | 'sw';

/** An instruction before it is compiled: with addresses instead of indexes. */
export interface Call {
  program: string;
  accounts: readonly (readonly [address: string, role: Role])[];
  data: Uint8Array;
}

export interface Draft {
  version: 'legacy' | 0;
  payer: string;
  calls: readonly Call[];
}

/** What every library does: one list of keys, signers first, writable ones first in each half. */
export function compile({ version, payer, calls }: Draft): MessageParts {
  const roles = new Map<string, { signer: boolean; writable: boolean }>([
    [payer, { signer: true, writable: true }],
  ]);
  const add = (address: string, role: Role) => {
    const known = roles.get(address) ?? { signer: false, writable: false };
    roles.set(address, {
      signer: known.signer || role.includes('s'),
      writable: known.writable || role.includes('w'),
    });
  };
  for (const call of calls) for (const [address, role] of call.accounts) add(address, role);
  for (const call of calls) add(call.program, '');
  const rank = (address: string): number => {
    const role = roles.get(address);
    if (address === payer || !role) return -1;
    return Number(!role.signer) * 2 + Number(!role.writable);
  };
  const keys = [...roles.keys()].sort((one, other) => rank(one) - rank(other));
  const count = (wanted: number) => keys.filter((address) => rank(address) === wanted).length;
  const requiredSignatures = 1 + count(0) + count(1);
  return {
    version,
    signatures: Array.from({ length: requiredSignatures }, () => new Uint8Array(64).fill(1)),
    requiredSignatures,
    readonlySigned: count(1),
    readonlyUnsigned: count(3),
    keys,
    blockhash: nowhere,
    instructions: calls.map((call) => ({
      programIndex: keys.indexOf(call.program),
      accounts: call.accounts.map(([address]) => keys.indexOf(address)),
      data: call.data,
    })),
    lookupTables: [],
  };
}

export const u64 = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
export const call = (
  program: string,
  list: Call['accounts'],
  data: readonly number[] | Uint8Array,
): Call => ({
  program,
  accounts: list,
  data: Uint8Array.from(data),
});

export const memo = (text: string): Call =>
  call(programs.memo, [[owner, 's']], new TextEncoder().encode(text));
const { a, s } = accounts;
const owned = (program: string, tag: number[], list: Call['accounts']) =>
  call(program, [...list, [owner, 's']], tag);
const is2022 = (program: string) => program === programs.token2022;

export const burn = (program: string): Call =>
  owned(
    program,
    [15, ...u64(1n), 0],
    [
      [is2022(program) ? a.nft2022 : a.nft, 'w'],
      [is2022(program) ? mint2022 : mint, 'w'],
    ],
  );
export const close = (program: string, to = owner): Call =>
  owned(
    program,
    [9],
    [
      [is2022(program) ? a.nft2022 : a.nft, 'w'],
      [to, 'w'],
    ],
  );
export const budget = (tag: number, ...data: number[]): Call =>
  call(programs.computeBudget, [], [tag, ...data]);
export const assertion = (tag: number): Call =>
  call(programs.lighthouse, [[owner, '']], [tag, 0, 1, 2]);

const { token } = programs;
const { other, fungible } = a;

/** An instruction of a token program that the owner signs, with two accounts in front. */
const taken = (
  data: readonly number[],
  first: string,
  second: string,
  program: string = token,
): Call =>
  owned(
    program,
    [...data],
    [
      [first, 'w'],
      [second, 'w'],
    ],
  );

/**
 * What a thief would add or put in the place of something: each of them works on the local chain.
 */
export const thefts: readonly Call[] = [
  taken([3, ...u64(1n)], other, s.other),
  taken([3, ...u64(1n)], a.nft, s.nft),
  taken([3, ...u64(1n)], a.nft2022, s.nft2022, programs.token2022),
  taken([4, ...u64(1_000n)], fungible, s.fungible),
  taken([7, ...u64(1n)], coin, fungible),
  taken([8, ...u64(5n)], fungible, coin),
  taken([15, ...u64(1n), 0], other, otherMint),
  taken([9], a.second, s.other),
  // Nothing leaves the owner with this one, and still it is more than was asked for.
  taken([9], a.second, owner),
  taken([255, 3, 9, 3, ...u64(1n)], other, s.other),
  owned(token, [6, 2, 1, ...bytesOf(s.other)], [[other, 'w']]),
  call(
    system,
    [
      [owner, 'sw'],
      [s.other, 'w'],
    ],
    [2, 0, 0, 0, ...u64(1_000_000n)],
  ),
  budget(1, 0, 0, 1, 0),
  budget(2, 0xff, 0xff, 0xff, 0xff),
  budget(3, ...u64(10n ** 15n)),
  assertion(0),
  assertion(5),
  assertion(9),
  memo('nft-upgrade:1:upg_other'),
  memo('nu2:test-tag:other'),
];
