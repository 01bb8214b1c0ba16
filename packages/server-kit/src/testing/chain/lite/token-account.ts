import { encodeBase58, programs } from '@aiw3/nft-upgrade/solana';
import type { Account } from './svm.ts';

/**
 * A token account, as both token programs lay it out (spl-token `state.rs`): mint 0, owner 32,
 * amount 64, delegate 72, state 108, …, 165 bytes.
 */
export interface TokenAccount {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate: string | null;
  readonly delegatedAmount: bigint;
  readonly frozen: boolean;
  readonly closeAuthority: string | null;
  /** Lamports kept for rent, for wrapped SOL only. */
  readonly nativeReserve: bigint | null;
  readonly program: string;
}

/**
 * A mint: authority 0 (with a 4-byte tag), supply 36, decimals 44, initialized 45, freeze authority
 * 46, 82 bytes.
 */
export interface Mint {
  readonly mintAuthority: string | null;
  readonly supply: bigint;
  readonly decimals: number;
  readonly freezeAuthority: string | null;
  readonly program: string;
}

/** How much of a mint an account of a transaction held. */
export interface AccountTokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly amount: bigint;
  readonly decimals: number;
}

const accountSize = 165;
const mintSize = 82;

const tokenProgramOf = (account: Account): string | undefined => {
  const owner = encodeBase58(account.owner());
  return owner === programs.token || owner === programs.token2022 ? owner : undefined;
};

const view = (data: Uint8Array): DataView =>
  new DataView(data.buffer, data.byteOffset, data.byteLength);
const key = (data: Uint8Array, offset: number): string =>
  encodeBase58(data.subarray(offset, offset + 32));
/** A COption<Pubkey>: four bytes that say whether there is one, then the key. */
const optionalKey = (data: Uint8Array, offset: number): string | null =>
  view(data).getUint32(offset, true) === 1 ? key(data, offset + 4) : null;

/**
 * Token-2022 pads a mint to the size of an account and puts the kind behind it, so that no mint is
 * taken for an account: 1 mint, 2 account.
 */
function isKind(data: Uint8Array, program: string, size: number, kind: number): boolean {
  if (data.length === size) return true;
  return program === programs.token2022 && data.length > accountSize && data[accountSize] === kind;
}

/** Reads a token account; undefined for anything else, one that is not initialized included. */
export function tokenAccount(account: Account | null): TokenAccount | undefined {
  const program = account ? tokenProgramOf(account) : undefined;
  if (!account || program === undefined) return undefined;
  const data = account.data();
  if (!isKind(data, program, accountSize, 2) || data[108] === 0) return undefined;
  const values = view(data);
  return {
    mint: key(data, 0),
    owner: key(data, 32),
    amount: values.getBigUint64(64, true),
    delegate: optionalKey(data, 72),
    delegatedAmount: values.getBigUint64(121, true),
    frozen: data[108] === 2,
    nativeReserve: values.getUint32(109, true) === 1 ? values.getBigUint64(113, true) : null,
    closeAuthority: optionalKey(data, 129),
    program,
  };
}

/** Reads a mint; undefined for anything else, one that is not initialized included. */
export function mintAccount(account: Account | null): Mint | undefined {
  const program = account ? tokenProgramOf(account) : undefined;
  if (!account || program === undefined) return undefined;
  const data = account.data();
  if (!isKind(data, program, mintSize, 1) || data[45] !== 1) return undefined;
  return {
    mintAuthority: optionalKey(data, 0),
    supply: view(data).getBigUint64(36, true),
    decimals: data[44] ?? 0,
    freezeAuthority: optionalKey(data, 46),
    program,
  };
}
