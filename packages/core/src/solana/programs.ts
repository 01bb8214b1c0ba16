// Constants of their own: a page loads the addresses without the table.
export const tokenProgram = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const token2022Program = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
/**
 * Version 2. Version 1 (`Memo1Uhk…`) is refused: it takes accounts that did not sign, so its memo
 * binds nobody.
 */
export const memoProgram = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
export const computeBudgetProgram = 'ComputeBudget111111111111111111111111111111';
/**
 * Assertions that Phantom and Solflare add before they sign
 * (https://docs.phantom.com/developer-powertools/lighthouse).
 */
export const lighthouseProgram = 'L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95';

/** Addresses of the programs that a burn may call, base58. */
export const programs = {
  token: tokenProgram,
  token2022: token2022Program,
  memo: memoProgram,
  computeBudget: computeBudgetProgram,
  lighthouse: lighthouseProgram,
} as const;
