/** Who can do something about an error. */
export type Actor = 'user' | 'wallet' | 'network' | 'operator';

/** What a program wants to know of a code. */
export interface CodeFacts {
  /** Who can act. */
  readonly actor: Actor;
  /** True when the same call may succeed later without a change. */
  readonly retryable: boolean;
}

/** What stands in the table of codes for people. */
export interface CodeWords {
  /** What happened, in one short sentence for people. */
  readonly message: string;
  /** What to do next, in one short sentence. */
  readonly hint: string;
}

const user: CodeFacts = { actor: 'user', retryable: false };
const userLater: CodeFacts = { actor: 'user', retryable: true };
const networkLater: CodeFacts = { actor: 'network', retryable: true };

/** Of a code that is not among them: somebody has to correct a program or a server. */
export const usualFacts: CodeFacts = { actor: 'operator', retryable: false };

/**
 * The codes that a client raises itself, as far as they are not of the usual kind. A page that only
 * follows operations loads these and no words: those stand in `codes.ts`, and come with the class,
 * with the messages and with the hooks. What a server raises comes with its facts and words.
 */
export const ownCodes = {
  unauthenticated: user,
  not_found: user,
  rate_limited: networkLater,
  internal: { actor: 'operator', retryable: true },
  temporarily_unavailable: networkLater,
  wallet_not_connected: userLater,
  connection_lost: networkLater,
  connection_gave_up: networkLater,
  aborted: userLater,
  detached: userLater,
} as const satisfies Record<string, CodeFacts>;

const walletLater: CodeFacts = { actor: 'wallet', retryable: true };

/** The same for those that come up when something is signed. */
export const signingCodes = {
  burn_not_expected: user,
  wrong_account: user,
  modified_beyond_policy: { actor: 'wallet', retryable: false },
  signature_missing: walletLater,
  wallet_timeout: walletLater,
  wallet_failed: walletLater,
  sign_in_progress: userLater,
} as const satisfies Record<string, CodeFacts>;
