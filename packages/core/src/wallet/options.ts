import { NftUpgradeError } from '../errors/index.ts';

/** What every adapter of a wallet lets its host decide. */
export interface PromptOptions {
  /**
   * `sign` (default) takes the signed bytes back, so that the server stores them before it
   * broadcasts them: nothing is lost when the page is closed. `send` lets the wallet send.
   * Whichever is missing is replaced by the other.
   */
  prefer?: 'sign' | 'send';
  /**
   * How long one prompt may take, in milliseconds; then its outcome is `unknown`. Default 120,000.
   * A hardware wallet may want 300,000.
   */
  timeoutMs?: number;
}

/** @param caller named in the message @throws NftUpgradeError `invalid_option` */
export function checkOptions(
  { prefer = 'sign', timeoutMs = 120_000 }: PromptOptions,
  caller: string,
): Required<PromptOptions> {
  if (prefer !== 'sign' && prefer !== 'send')
    throw invalidOption(caller, 'prefer', "'sign' or 'send'");
  // More than 2^31-1 makes setTimeout fire at once.
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 2_147_483_647)
    throw invalidOption(caller, 'timeoutMs', 'a whole number of milliseconds, such as 120_000');
  return { prefer, timeoutMs };
}

export const invalidOption = (caller: string, option: string, expected: string): NftUpgradeError =>
  new NftUpgradeError('invalid_option', {
    message: `${caller}: ${option} must be ${expected}.`,
    details: { option },
  });
