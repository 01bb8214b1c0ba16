import {
  computeBudgetProgram,
  lighthouseProgram,
  memoProgram,
  token2022Program,
  tokenProgram,
} from './programs.ts';

/** What an instruction does that may be part of a burn. */
export type InstructionKind =
  | 'burn'
  | 'close'
  | 'memo'
  /** Of the compute budget: the most units, the price of one, and the most bytes of accounts. */
  | 'limit'
  | 'price'
  | 'size'
  /** A Lighthouse instruction that can only make the transaction fail. */
  | 'assertion';

/**
 * The kind of an instruction by its tag, the length of its data, and the number of its accounts.
 */
type Forms = Readonly<Record<string, InstructionKind>>;

/**
 * Burn, BurnChecked and CloseAccount in exactly the form the chain documents (spl-token
 * `TokenInstruction`). More accounts would be the signers of a multisig, more bytes mean something
 * that is not known here.
 */
const tokenForms: Forms = { '8,9,3': 'burn', '15,10,3': 'burn', '9,1,3': 'close' };

/**
 * Tags 0 and 1 (a deprecated request and the heap size) are left out: no wallet needs them for a
 * burn.
 */
const budgetForms: Forms = { '2,5,0': 'limit', '3,9,0': 'price', '4,5,0': 'size' };

/** @returns undefined for whatever is not known for certain */
export function kindOf(
  program: string | undefined,
  data: Uint8Array,
  accounts: number,
): InstructionKind | undefined {
  const [tag = 0] = data;
  const form = [tag, data.length, accounts].join();
  if (program === tokenProgram || program === token2022Program) return tokenForms[form];
  if (program === computeBudgetProgram) return budgetForms[form];
  if (program === memoProgram) return 'memo';
  // Tags 2 to 15 of Lighthouse only compare. 0 and 1 write and close an account that the user pays
  // for; 16 and above call other programs (https://github.com/Jac0xb/lighthouse,
  // `LighthouseInstruction`).
  return program === lighthouseProgram && tag > 1 && tag < 16 ? 'assertion' : undefined;
}

/**
 * What stands behind the tag of an instruction, as a whole number, its lowest byte first. Above
 * 2^53 it is rounded, and above everything that is below.
 */
export const numberIn = (data: Uint8Array): number =>
  data.slice(1).reduceRight((value, byte) => value * 256 + byte, 0);
