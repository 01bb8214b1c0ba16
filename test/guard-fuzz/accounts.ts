import { decodeBase58, encodeBase58 } from '../../packages/core/src/solana/base58.ts';
import { programs } from '../../packages/core/src/solana/programs.ts';

/**
 * An address that nobody has a key for. Signatures are not what is tested here, so nobody needs
 * one.
 */
const address = (seed: number): string => encodeBase58(new Uint8Array(32).fill(seed));
export const bytesOf = (base58: string): Uint8Array =>
  decodeBase58(base58, 32) ?? new Uint8Array(32);

export const owner = address(1);
export const stranger = address(2);
export const sponsor = address(3);
export const mint = address(4);
export const otherMint = address(5);
export const fungible = address(6);
export const mint2022 = address(7);
/** Token accounts: `a` of the owner, `s` of the stranger, empty. */
export const accounts = {
  a: {
    nft: address(11),
    second: address(12),
    other: address(13),
    fungible: address(14),
    nft2022: address(15),
  },
  s: { nft: address(21), other: address(22), fungible: address(23), nft2022: address(24) },
} as const;
export const nonce = address(31);
export const nowhere = address(41);
export const system = '11111111111111111111111111111111';
export const blockhashes = 'SysvarRecentB1ockHashes11111111111111111111';
export const rent = 'SysvarRent111111111111111111111111111111111';

/** Everything that a mutation may put in the place of something else. */
export const pool: readonly string[] = [
  owner,
  stranger,
  sponsor,
  mint,
  otherMint,
  fungible,
  mint2022,
  ...Object.values(accounts.a),
  ...Object.values(accounts.s),
  nonce,
  nowhere,
  system,
  blockhashes,
  rent,
  ...Object.values(programs),
];

const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const u64 = (value: number): number[] => [...u32(value), ...u32(0)];
const option = (value: string | null): number[] =>
  value === null ? Array<number>(36).fill(0) : [...u32(1), ...bytesOf(value)];

const mintData = (authority: string | null, supply: number): Uint8Array =>
  Uint8Array.from([...option(authority), ...u64(supply), 0, 1, ...option(null)]);

const tokenData = (of: string, by: string, amount: number): Uint8Array =>
  Uint8Array.from([
    ...bytesOf(of),
    ...bytesOf(by),
    ...u64(amount),
    ...option(null),
    1,
    ...Array<number>(12).fill(0),
    ...u64(0),
    ...option(null),
  ]);

/** A nonce account of the owner: version 1, initialised. */
const nonceData = (): Uint8Array =>
  Uint8Array.from([...u32(1), ...u32(1), ...bytesOf(owner), ...bytesOf(nowhere), ...u64(5_000)]);

export interface Stored {
  address: string;
  lamports: number;
  program: string;
  data: Uint8Array;
}

const { a, s } = accounts;
const SOL = 1_000_000_000;
const token = (
  at: string,
  of: string,
  by: string,
  amount: number,
  program: string = programs.token,
): Stored => ({
  address: at,
  lamports: 2_039_280,
  program,
  data: tokenData(of, by, amount),
});
const minted = (
  at: string,
  authority: string | null,
  supply: number,
  program: string = programs.token,
): Stored => ({
  address: at,
  lamports: 1_461_600,
  program,
  data: mintData(authority, supply),
});

/**
 * The chain before every case. The owner could lose three more things: another NFT, a thousand
 * coins and the right to make more of them.
 */
export const storedAccounts: readonly Stored[] = [
  { address: owner, lamports: 10 * SOL, program: system, data: new Uint8Array(0) },
  { address: stranger, lamports: SOL, program: system, data: new Uint8Array(0) },
  { address: sponsor, lamports: 10 * SOL, program: system, data: new Uint8Array(0) },
  { address: nonce, lamports: 1_447_680, program: system, data: nonceData() },
  minted(mint, null, 1),
  minted(otherMint, null, 1),
  minted(fungible, owner, 1_000),
  minted(mint2022, null, 1, programs.token2022),
  token(a.nft, mint, owner, 1),
  token(a.second, mint, owner, 0),
  token(a.other, otherMint, owner, 1),
  token(a.fungible, fungible, owner, 1_000),
  token(a.nft2022, mint2022, owner, 1, programs.token2022),
  token(s.nft, mint, stranger, 0),
  token(s.other, otherMint, stranger, 0),
  token(s.fungible, fungible, stranger, 0),
  token(s.nft2022, mint2022, stranger, 0, programs.token2022),
];
