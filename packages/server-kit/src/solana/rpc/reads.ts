import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type AccountInfo,
  type Commitment,
  type ConfirmedSignatureInfo,
  type PublicKey,
  type SignatureStatus,
  SolanaJSONRPCError,
  SolanaJSONRPCErrorCode,
  type VersionedTransactionResponse,
} from '@solana/web3.js';
import type { Endpoint } from './endpoint.ts';

/** A point of the finalized chain. Everything in blocks up to `blockHeight` is settled. */
export interface FinalizedPoint {
  slot: number;
  blockHeight: number;
}

/**
 * Slot and block height have to come in one answer: two answers may come from two machines behind
 * one URL.
 */
export async function finalizedPoint(endpoint: Endpoint): Promise<FinalizedPoint> {
  const { absoluteSlot, blockHeight } = await endpoint.call((connection) =>
    connection.getEpochInfo('finalized'),
  );
  // `blockHeight` is optional in the protocol of web3.js, because nodes before 1.2 had none.
  if (blockHeight === undefined) throw behind(endpoint, 'no block height');
  return { slot: absoluteSlot, blockHeight };
}

/** An account, as it was at `atLeast` or later. */
export async function readAccount(
  endpoint: Endpoint,
  address: PublicKey,
  commitment: Commitment,
  atLeast = 0,
): Promise<AccountInfo<Buffer> | null> {
  const { context, value } = await endpoint.call((connection) =>
    connection.getAccountInfoAndContext(address, commitment),
  );
  if (context.slot < atLeast) throw behind(endpoint, 'account');
  return value;
}

/** Token accounts of an owner for one mint, raw, as they were at `atLeast` or later. */
export async function readTokenAccounts(
  endpoint: Endpoint,
  owner: PublicKey,
  mint: PublicKey,
  commitment: Commitment,
  atLeast = 0,
): Promise<readonly { pubkey: PublicKey; account: AccountInfo<Buffer> }[]> {
  const { context, value } = await endpoint.call(async (connection) => {
    try {
      return await connection.getTokenAccountsByOwner(owner, { mint }, commitment);
    } catch (thrown) {
      // Nodes refuse the question for a mint that does not exist, or not yet at this commitment
      // (-32602).
      if (!(thrown instanceof SolanaJSONRPCError)) throw thrown;
      const account = await connection.getAccountInfoAndContext(mint, commitment);
      // It was created between the two questions, or something else is wrong: then the node may
      // answer the same again.
      if (account.value !== null)
        return connection.getTokenAccountsByOwner(owner, { mint }, commitment);
      return { context: account.context, value: [] };
    }
  });
  if (context.slot < atLeast) throw behind(endpoint, 'token accounts');
  return value;
}

/**
 * What the node knows of each signature, in the order asked; null for one that it has never seen.
 */
export async function readStatuses(
  endpoint: Endpoint,
  signatures: readonly string[],
  atLeast = 0,
): Promise<readonly (SignatureStatus | null)[]> {
  const statuses: (SignatureStatus | null)[] = [];
  // getSignatureStatuses takes 256 signatures at most.
  for (let from = 0; from < signatures.length; from += 256) {
    const page = signatures.slice(from, from + 256);
    const { context, value } = await endpoint.call((connection) =>
      connection.getSignatureStatuses(page, { searchTransactionHistory: true }),
    );
    if (context.slot < atLeast || value.length !== page.length) throw behind(endpoint, 'statuses');
    statuses.push(...value);
  }
  return statuses;
}

/**
 * A landed transaction, raw. @returns null while the node does not show it, `unsupported` for a
 * version that this code cannot read: anybody may send one that names our mint, and it must not
 * keep us from reading the others.
 */
export const readTransaction = (
  endpoint: Endpoint,
  signature: string,
): Promise<VersionedTransactionResponse | null | 'unsupported'> =>
  endpoint.call(async (connection) => {
    try {
      // Version 0 has to be named, or nodes refuse to show it.
      return await connection.getTransaction(signature, {
        commitment: 'confirmed',
        maxSupportedTransactionVersion: 0,
      });
    } catch (thrown) {
      if (
        thrown instanceof SolanaJSONRPCError &&
        thrown.code === SolanaJSONRPCErrorCode.JSON_RPC_SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION
      )
        return 'unsupported';
      throw thrown;
    }
  });

/**
 * Pages of 1,000 that a history is read through. Anybody may name an address in a transaction, so
 * its history has no natural end.
 */
const maxPages = 20;

/** Transactions that name an address, newest first, down to the slot `since`. */
export async function readHistory(
  endpoint: Endpoint,
  address: PublicKey,
  since = 0,
): Promise<readonly ConfirmedSignatureInfo[]> {
  const history: ConfirmedSignatureInfo[] = [];
  for (let page = 0; page < maxPages; page++) {
    const before = history.at(-1)?.signature;
    const entries = await endpoint.call((connection) =>
      connection.getSignaturesForAddress(
        address,
        { limit: 1000, ...(before !== undefined && { before }) },
        'confirmed',
      ),
    );
    history.push(...entries);
    const last = entries.at(-1);
    if (entries.length < 1000 || last === undefined || last.slot < since) return history;
  }
  throw behind(endpoint, 'a history that does not end');
}

/** The node answered, but not with what the question needs: another one, or this one later, may. */
export function behind(endpoint: Endpoint, what: string): NftUpgradeError {
  return new NftUpgradeError('rpc_unavailable', {
    message: `The Solana RPC node ${endpoint.host} is behind (${what}).`,
    details: { host: endpoint.host, reason: what },
  });
}
