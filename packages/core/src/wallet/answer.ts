import type { WalletOutcome } from '../client/wallet.ts';
import { walletFailure, walletOutcome } from '../solana/outcome.ts';

/**
 * Shows a prompt (an async function, so that it can only reject) and waits until it answers,
 * `timeoutMs` have passed, or nobody waits any more. Never rejects; leaves no timer, no listener
 * and no unhandled rejection behind, also when the wallet answers afterwards.
 */
export function answerInTime(
  prompt: () => Promise<WalletOutcome>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<WalletOutcome> {
  return new Promise((resolve) => {
    const settle = (outcome: WalletOutcome): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(outcome);
    };
    const abort = (): void => settle(walletFailure('unknown', 'aborted'));
    const timer = setTimeout(
      () => settle(walletFailure('unknown', 'wallet_timeout', { details: { timeoutMs } })),
      timeoutMs,
    );
    signal.addEventListener('abort', abort, { once: true });
    prompt().then(settle, (thrown: unknown) => settle(walletOutcome(thrown)));
  });
}
