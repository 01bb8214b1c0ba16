import {
  computeBudgetProgram,
  lighthouseProgram,
  memoProgram,
  token2022Program,
  tokenProgram,
} from './programs.ts';

/** Names for what would hurt most, so that a refusal says more than a number. */
const tokenInstructions: Readonly<Record<number, string>> = {
  3: 'Transfer',
  4: 'Approve',
  6: 'SetAuthority',
  7: 'MintTo',
  8: 'Burn',
  9: 'CloseAccount',
  12: 'TransferChecked',
  13: 'ApproveChecked',
  15: 'BurnChecked',
  255: 'Batch',
};

const programNames: Readonly<Record<string, string>> = {
  [tokenProgram]: 'the token program',
  [token2022Program]: 'the token program',
  [computeBudgetProgram]: 'the compute budget',
  [memoProgram]: 'the memo program',
  [lighthouseProgram]: 'Lighthouse',
};

/** What an instruction is, for developers: `is Approve of the token program`. */
export function nameOf(program: string, tag: number | undefined): string {
  const name = programNames[program];
  if (name === undefined) return 'calls a program that is not allowed';
  if (program === memoProgram) return 'is a memo that is not text';
  const isToken = program === tokenProgram || program === token2022Program;
  if (tag === undefined) return `is an empty instruction of ${name}`;
  return `is ${(isToken && tokenInstructions[tag]) || `tag ${tag}`} of ${name}`;
}
