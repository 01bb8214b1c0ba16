import { type DecodedTransaction, encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { keyBytes, type LiteSvm } from './svm.ts';

const lookupTableProgram = 'AddressLookupTab1e1111111111111111111111111';
/**
 * Addresses stand behind a header of this size (solana-address-lookup-table
 * `LOOKUP_TABLE_META_SIZE`).
 */
const headerSize = 56;

/** Every account of a transaction, in the order that instructions count them. */
export interface ResolvedKeys {
  readonly keys: readonly string[];
  readonly writable: ReadonlySet<string>;
  readonly loaded: { readonly writable: readonly string[]; readonly readonly: readonly string[] };
}

function isStaticWritable(
  { keys, requiredSignatures, readonlySigned, readonlyUnsigned }: DecodedTransaction,
  index: number,
): boolean {
  return index < requiredSignatures
    ? index < requiredSignatures - readonlySigned
    : index < keys.length - readonlyUnsigned;
}

/**
 * Reads the lookup tables from the chain. What a table does not have is left out: the transaction
 * fails there anyway.
 */
export function resolveKeys(svm: LiteSvm, transaction: DecodedTransaction): ResolvedKeys {
  const loaded: { writable: string[]; readonly: string[] } = { writable: [], readonly: [] };
  for (const table of transaction.lookupTables) {
    const account = svm.getAccount(keyBytes(table.account));
    if (account === null || encodeBase58(account.owner()) !== lookupTableProgram) continue;
    const data = account.data();
    const addresses = (indexes: readonly number[]): string[] =>
      indexes
        .map((index) => data.subarray(headerSize + 32 * index, headerSize + 32 * (index + 1)))
        .filter((bytes) => bytes.length === 32)
        .map(encodeBase58);
    loaded.writable.push(...addresses(table.writable));
    loaded.readonly.push(...addresses(table.readonly));
  }
  const staticWritable = transaction.keys.filter((_, index) =>
    isStaticWritable(transaction, index),
  );
  return {
    keys: [...transaction.keys, ...loaded.writable, ...loaded.readonly],
    writable: new Set([...staticWritable, ...loaded.writable]),
    loaded,
  };
}

/** What a parsed message says about an account beside its address. */
export function keyFacts(
  transaction: DecodedTransaction,
  index: number,
  loadedWritable: number,
): KeyFacts {
  const fromMessage = index < transaction.keys.length;
  return {
    signer: index < transaction.requiredSignatures,
    writable: fromMessage
      ? isStaticWritable(transaction, index)
      : index < transaction.keys.length + loadedWritable,
    source: fromMessage ? 'transaction' : 'lookupTable',
  };
}

export interface KeyFacts {
  readonly signer: boolean;
  readonly writable: boolean;
  readonly source: 'transaction' | 'lookupTable';
}
