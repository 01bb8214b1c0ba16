import { NftUpgradeError } from '../errors/index.ts';

/** What a burn may cost, and what a wallet may add to it. */
export interface SolanaGuardOptions {
  /** Most that the compute budget may add to the fee, in lamports. Default 1,000,000 (0.001 SOL). */
  maxPriorityFeeLamports?: bigint | number;
  /** Most compute units that may be asked for. Default 1,400,000, the limit of the chain. */
  maxComputeUnits?: number;
  /** Whether a wallet may add Lighthouse assertions while it signs. Default true: Phantom and Solflare do. Never allowed before the prompt. */
  allowLighthouse?: boolean;
  /** Who pays the fee, base58. Default: the owner. Name the sponsor of your server here, or its transactions are refused. */
  feePayer?: string;
}

/** The options, checked and complete. */
export interface GuardPolicy {
  maxPriorityFeeLamports: bigint;
  maxComputeUnits: number;
  allowLighthouse: boolean;
  feePayer: string | undefined;
}

/** No transaction gets more (`MAX_COMPUTE_UNIT_LIMIT` of the chain); a higher request counts as this one. */
export const chainComputeUnits = 1_400_000;

/** What looks like an address. One that is none equals no account of any transaction, so more need not be known here. */
export const isAddress = (text: unknown): text is string => typeof text === 'string' && /^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(text);

/** @throws NftUpgradeError `invalid_option` */
export function guardPolicy(options: SolanaGuardOptions = {}): GuardPolicy {
  const { maxPriorityFeeLamports: fee = 1_000_000, maxComputeUnits = chainComputeUnits, allowLighthouse = true, feePayer } = options;
  const check = (option: keyof SolanaGuardOptions, holds: boolean, expected: string): void => {
    if (!holds)
      throw new NftUpgradeError('invalid_option', { message: `solanaGuard: ${option} must be ${expected}.`, details: { option } });
  };
  check('maxPriorityFeeLamports', typeof fee === 'bigint' ? fee >= 0n : isWhole(fee), 'whole lamports, such as 1_000_000');
  check('maxComputeUnits', isWhole(maxComputeUnits) && maxComputeUnits > 0, 'whole compute units, such as 200_000');
  // A string such as 'false' would otherwise allow what was meant to be refused.
  check('allowLighthouse', typeof allowLighthouse === 'boolean', 'true or false');
  check('feePayer', feePayer === undefined || isAddress(feePayer), 'a base58 address');
  return { maxPriorityFeeLamports: BigInt(fee), maxComputeUnits, allowLighthouse, feePayer };
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
