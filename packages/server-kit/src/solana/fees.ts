import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { PublicKey } from '@solana/web3.js';
import { ask } from './rpc/ask.ts';
import type { Endpoint } from './rpc/endpoint.ts';

/** How much is paid to be included sooner. */
export interface PriorityFee {
  /**
   * Most that a transaction pays beyond the base fee, in lamports. Default 100 000 (0.0001 SOL). 0
   * turns it off.
   */
  maxLamports?: number;
  /** Which of the recent fees for the same accounts is paid, 0 to 100. Default 75. */
  percentile?: number;
}

/** Lamports of one signature. */
export const baseFeeLamports = 5_000;

/** @throws NftUpgradeError `invalid_option` */
export function feePolicy({
  maxLamports = 100_000,
  percentile = 75,
}: PriorityFee = {}): Required<PriorityFee> {
  if (!Number.isSafeInteger(maxLamports) || maxLamports < 0)
    throw invalid('maxLamports', 'whole lamports, 0 or more');
  if (!(percentile >= 0 && percentile <= 100)) throw invalid('percentile', 'between 0 and 100');
  return { maxLamports, percentile };
}

/**
 * Micro-lamports a compute unit, within the policy. 0 where the node does not tell: a transaction
 * without priority still lands, later.
 */
export async function unitPrice(
  endpoint: Endpoint,
  writable: readonly PublicKey[],
  units: number,
  { maxLamports, percentile }: Required<PriorityFee>,
): Promise<number> {
  if (maxLamports === 0) return 0;
  try {
    const recent = await ask(endpoint, 'getRecentPrioritizationFees', [
      writable.map((address) => address.toBase58()),
    ]);
    const fees = recent.map(({ prioritizationFee }) => prioritizationFee).sort((a, b) => a - b);
    const wanted =
      fees[Math.min(fees.length - 1, Math.floor((fees.length * percentile) / 100))] ?? 0;
    return Math.max(0, Math.min(wanted, Math.floor((maxLamports * 1_000_000) / units)));
  } catch (thrown) {
    if (isNftUpgradeError(thrown) && thrown.code === 'rpc_unavailable') return 0;
    throw thrown;
  }
}

/** Lamports of a transaction: one signature, and the priority fee for the units asked for. */
export const feeOf = (units: number, price: number): number =>
  baseFeeLamports + Math.ceil((units * price) / 1_000_000);

const invalid = (option: string, expected: string) =>
  new NftUpgradeError('invalid_option', {
    message: `priorityFee: ${option} must be ${expected}.`,
    details: { option },
  });
