/** What every memo of this product begins with: its name and the version of the format. */
export const burnMemoPrefix = 'nft-upgrade:1:';

/**
 * The text that binds a burn to its operation. The server writes it, the guard and the verification
 * of the burn demand it, letter for letter.
 */
export const burnMemo = (operationId: string): string => burnMemoPrefix + operationId;

/** The operation that a memo names. @returns null for a memo that is not ours. */
export const operationOfMemo = (text: string): string | null =>
  text.startsWith(burnMemoPrefix) && text.length > burnMemoPrefix.length
    ? text.slice(burnMemoPrefix.length)
    : null;
