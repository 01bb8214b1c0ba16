import type { Effect } from './effects.ts';
import { chainComputeUnits } from './policy.ts';

/** Upper bounds of what a transaction costs whoever pays its fee, rent left out. */
export interface FeeBound {
  /** Compute units that the transaction may use. */
  computeUnits: number;
  /** Lamports for the signatures. */
  baseLamports: bigint;
  /** Lamports for its compute unit price, or the priority fee that a version 1 message names. */
  priorityLamports: bigint;
}

const lamportsPerSignature = 5_000n;
/** What the chain gives an instruction when no limit is set (`DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT`), those of the compute budget included (SIMD-0170). */
const unitsPerInstruction = 200_000;
const unitsPerBudgetInstruction = 3_000;
const budgetKinds: ReadonlySet<Effect['kind']> = new Set(['computeUnitLimit', 'computeUnitPrice', 'accountsDataSizeLimit', 'priorityFee']);

export function feeBound(effects: readonly Effect[], requiredSignatures: number): FeeBound {
  let limit: number | undefined;
  let price = 0n;
  let fee = 0n;
  let units = 0;
  for (const effect of effects) {
    if (effect.kind === 'computeUnitLimit') limit = effect.units;
    else if (effect.kind === 'computeUnitPrice') price = effect.microLamports;
    else if (effect.kind === 'priorityFee') fee = effect.lamports;
    units += budgetKinds.has(effect.kind) ? unitsPerBudgetInstruction : unitsPerInstruction;
  }
  const computeUnits = Math.min(limit ?? units, chainComputeUnits);
  return {
    computeUnits,
    baseLamports: lamportsPerSignature * BigInt(requiredSignatures),
    // The chain rounds a part of a lamport up.
    priorityLamports: fee + (BigInt(computeUnits) * price + 999_999n) / 1_000_000n,
  };
}
