import { NftUpgradeError } from '../errors/index.ts';
import type { Transaction } from './transaction.ts';

/** What a burn may cost, and what a wallet may add to it. */
export interface SolanaGuardOptions {
  /**
   * Most that the compute budget may add to the fee, in lamports, less than 1 SOL. Default
   * 1,000,000 (0.001 SOL).
   */
  maxPriorityFeeLamports?: bigint | number;
  /** Most compute units that may be asked for. Default 1,400,000, the limit of the chain. */
  maxComputeUnits?: number;
  /**
   * Whether a wallet may add Lighthouse assertions while it signs. Default true: Phantom and
   * Solflare do. Never allowed before the prompt.
   */
  allowLighthouse?: boolean;
  /**
   * Who pays the fee, base58. Default: the owner. Name the sponsor of your server here, or its
   * transactions are refused.
   */
  feePayer?: string;
  /**
   * Tag of the deployment that burns are for, 8 characters, as the server logs it at its start.
   * Default: whichever the memo names. Operations of a former definition name none.
   */
  deployment?: string;
  /**
   * How bytes are read. Default: the legacy format and version 0 without lookup tables, which is
   * what servers build for a burn. `readAnyVersion` reads version 1 as well, and is as strict as a
   * validator about what would fail on chain anyway.
   */
  read?: (bytes: Uint8Array<ArrayBuffer>) => Transaction | undefined;
}

/**
 * @param values fee, units, whether the third is a boolean, fee payer, deployment
 * @throws NftUpgradeError `invalid_option`
 */
export function checkOptions(options: SolanaGuardOptions, ...values: readonly unknown[]): void {
  // As text, because there is one pattern for numbers and bigints: -1, 0.5, 1e21 and NaN have none
  // of its forms.
  if (!/^\d{1,9},[1-9]\d{0,6},true,(\w{32,44})?,([\w-]{8})?$/.test(values.join()))
    throw new NftUpgradeError('invalid_option', {
      message: `solanaGuard: ${Object.entries(options).join()}`,
    });
}
