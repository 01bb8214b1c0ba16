import { createPublicKey, verify } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type DecodedTransaction,
  decodeBase58,
  decodeBase64,
  decodeTransaction,
  encodeBase58,
  maxVersion1Bytes,
} from '@aiw3/nft-upgrade/solana';
import { VersionedTransaction, type VersionedTransactionResponse } from '@solana/web3.js';
import type { Endpoint } from './rpc/endpoint.ts';
import { readTransaction } from './rpc/reads.ts';

/** Amount of one mint in one account, before or after a transaction. */
export interface TokenBalance {
  /** Index into the keys of the transaction. */
  account: number;
  mint: string;
  owner: string | null;
  program: string | null;
  amount: string;
  decimals: number;
}

/** A transaction on the chain, in raw form: what it asked for, and what came of it. */
export interface LandedTransaction {
  signature: string;
  slot: number;
  /** True when it changed nothing but the fee payer's balance. */
  failed: boolean;
  transaction: DecodedTransaction;
  /**
   * Keys out of lookup tables, in the order of the chain: every writable one, then every readonly
   * one.
   */
  loaded: readonly string[];
  /** Lamports of each key after it. 0 means that the account is gone. */
  lamportsAfter: readonly number[];
  before: readonly TokenBalance[];
  after: readonly TokenBalance[];
}

/**
 * Reads a landed transaction. @returns null while the node does not show it, `unsupported` for a
 * version that cannot be read: nothing follows from one
 * @throws NftUpgradeError `burn_rpc_mismatch`, `rpc_unavailable`
 */
export async function readLanded(
  endpoint: Endpoint,
  signature: string,
): Promise<LandedTransaction | null | 'unsupported'> {
  const shown = await readTransaction(endpoint, signature);
  if (shown === null || shown === 'unsupported') return shown;
  const { slot, meta, transaction } = shown;
  const [text] = transaction;
  const wire = decodeBase64(text, maxVersion1Bytes);
  const decoded = wire && decodeTransaction(wire, maxVersion1Bytes);
  if (!decoded?.ok) return 'unsupported';
  const { writable = [], readonly = [] } = meta.loadedAddresses ?? {};
  return genuine(
    {
      signature,
      slot,
      failed: meta.err !== null,
      transaction: decoded.transaction,
      loaded: [...writable, ...readonly],
      lamportsAfter: meta.postBalances,
      before: meta.preTokenBalances.map(balanceOf),
      after: meta.postTokenBalances.map(balanceOf),
    },
    signature,
  );
}

/**
 * Takes the answer of a node apart, as web3.js gives it. Those of version 1 cannot be had this way:
 * use `readLanded`.
 * @throws NftUpgradeError `burn_rpc_mismatch`
 */
export function landedOf(
  response: VersionedTransactionResponse,
  signature: string,
): LandedTransaction {
  const { meta, slot } = response;
  const { message, signatures } = response.transaction;
  if (!meta) throw mismatch(signature);
  const raw = signatures.map((each) => decodeBase58(each, 64) ?? new Uint8Array(64));
  const decoded = decodeTransaction(new VersionedTransaction(message, raw).serialize());
  if (!decoded.ok) throw mismatch(signature);
  const { writable = [], readonly = [] } = meta.loadedAddresses ?? {};
  return genuine(
    {
      signature,
      slot,
      failed: meta.err !== null,
      transaction: decoded.transaction,
      loaded: [...writable, ...readonly].map((key) => key.toBase58()),
      lamportsAfter: meta.postBalances,
      before: (meta.preTokenBalances ?? []).map(balanceOf),
      after: (meta.postTokenBalances ?? []).map(balanceOf),
    },
    signature,
  );
}

const balanceOf = (balance: {
  accountIndex: number;
  mint: string;
  owner?: string;
  programId?: string;
  uiTokenAmount: { amount: string; decimals: number };
}): TokenBalance => ({
  account: balance.accountIndex,
  mint: balance.mint,
  owner: balance.owner ?? null,
  program: balance.programId ?? null,
  amount: balance.uiTokenAmount.amount,
  decimals: balance.uiTokenAmount.decimals,
});

/**
 * That an answer is about the transaction asked for is not believed: the first signature has to be
 * the asked one, and each signature has to be valid for exactly these bytes, so a node cannot put
 * words into the mouth of an owner.
 */
function genuine(landed: LandedTransaction, signature: string): LandedTransaction {
  if (signatureOf(landed.transaction) !== signature || !everySignerSigned(landed.transaction))
    throw mismatch(signature);
  return landed;
}

/** True when each required signer has signed exactly these bytes. */
export const everySignerSigned = ({ signatures, keys, message }: DecodedTransaction): boolean =>
  signatures.every((signature, index) => hasSigned(keys[index] ?? '', signature, message));

/** True when `key` (base58) made this ed25519 signature over these bytes. */
export function hasSigned(key: string, signature: Uint8Array, message: Uint8Array): boolean {
  const bytes = decodeBase58(key, 32);
  if (bytes === null) return false;
  try {
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') },
      format: 'jwk',
    });
    return verify(null, message, publicKey, signature);
  } catch {
    // 32 bytes that are no point of the curve: nobody can sign for them.
    return false;
  }
}

/** The signature a transaction is filed under. */
export const signatureOf = ({ signatures }: DecodedTransaction): string =>
  encodeBase58(signatures[0] ?? new Uint8Array());

const mismatch = (signature: string) =>
  new NftUpgradeError('burn_rpc_mismatch', { details: { signature } });
