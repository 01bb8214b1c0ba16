import type { WalletOutcome } from '../client/wallet.ts';
import { type ErrorCode, isNftUpgradeError, NftUpgradeError } from '../errors/index.ts';
import { type ErrorLink, errorLinks } from './error-links.ts';
import { outcomeRules } from './outcome-rules.ts';

/** What a wallet's failure means: one of the three outcomes that are no facts. */
export type WalletFailure = Extract<WalletOutcome, { error: NftUpgradeError }>;

/** Makes a failure. `cause` is kept for developers and never shown or sent. */
export function walletFailure(
  kind: WalletFailure['kind'],
  code: ErrorCode,
  context: {
    message?: string;
    hint?: string;
    cause?: unknown;
    details?: Readonly<Record<string, unknown>>;
  } = {},
): WalletFailure {
  return { kind, error: new NftUpgradeError(code, context) };
}

/**
 * Turns whatever a wallet threw into an outcome. Never throws. Classes are told by their `name`,
 * never by `instanceof`: two copies of a wallet library in one bundle are common. What is not in
 * the table is `unknown`, because a burn may be out.
 */
export function walletOutcome(thrown: unknown): WalletFailure {
  try {
    return isNftUpgradeError(thrown) ? { kind: 'unknown', error: thrown } : judge(thrown);
  } catch {
    // An error that throws when it is looked at, such as a proxy of a wallet's closed iframe. Not
    // even kept as the cause: the next look would throw.
    return walletFailure('unknown', 'wallet_failed');
  }
}

function judge(thrown: unknown): WalletFailure {
  const links = errorLinks(thrown);
  for (const rule of outcomeRules) {
    const link = links.find(rule.when);
    if (link !== undefined)
      return walletFailure(rule.kind, rule.code, {
        ...(rule.message === undefined
          ? {}
          : { message: rule.message, hint: rule.hint ?? 'Correct that and sign again.' }),
        cause: thrown,
        details: reported(link),
      });
  }
  return walletFailure('unknown', 'wallet_failed', { cause: thrown, details: reported(links[0]) });
}

/**
 * Name and number of what was recognised. Not its text: wallets and RPC nodes write transactions
 * and addresses with keys into it.
 */
const reported = (link: ErrorLink | undefined): Record<string, unknown> => ({
  ...(link?.name === undefined ? {} : { walletError: link.name }),
  ...(link?.code === undefined ? {} : { walletCode: link.code }),
});
