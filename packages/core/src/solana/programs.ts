/** Addresses of the programs that a burn may call, base58. */
export const programs = {
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  token2022: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  /** Version 2. Version 1 (`Memo1Uhk…`) is refused: it takes accounts that did not sign, so its memo binds nobody. */
  memo: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  computeBudget: 'ComputeBudget111111111111111111111111111111',
  /** Assertions that Phantom and Solflare add before they sign (https://docs.phantom.com/developer-powertools/lighthouse). */
  lighthouse: 'L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95',
} as const;
