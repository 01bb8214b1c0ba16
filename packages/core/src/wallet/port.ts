import type { SignRequest, WalletOutcome, WalletPort } from '../client/wallet.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import { decodeTransaction } from '../solana/decode.ts';
import { type WalletFailure, walletFailure } from '../solana/outcome.ts';
import { verifyOwnerSignature } from '../solana/signature.ts';
import { maxTransactionBytes } from '../solana/transaction.ts';
import { answerInTime } from './answer.ts';

/** Shows one prompt. May reject with whatever the wallet throws. */
export type Prompt = () => Promise<WalletOutcome>;

/** A wallet of some kind, reduced to what differs from kind to kind. */
export interface PromptingWallet {
  /** What it is called, for messages. */
  readonly name: string;
  /** The connected account, base58, or null. */
  account(): string | null;
  supports(version: SignRequest['version']): boolean;
  /** How it would ask for this, or why it cannot. Shows nothing yet. */
  prompt(bytes: Uint8Array<ArrayBuffer>, request: SignRequest): Prompt | WalletFailure;
}

/**
 * Makes the client's wallet port. Everything that can be known before a prompt is refused before
 * it; from then on nothing is claimed that the chain would have to confirm. One call of `sign`
 * shows at most one prompt and never rejects.
 */
export function walletPort(wallet: PromptingWallet, timeoutMs: number): WalletPort {
  async function sign(request: SignRequest): Promise<WalletOutcome> {
    if (request.signal.aborted) return walletFailure('not_prompted', 'aborted');
    const bytes = readTransaction(request);
    if (bytes === null) return unreadable();
    const account = wallet.account();
    if (account === null) return walletFailure('not_prompted', 'wallet_not_connected');
    if (account !== request.owner)
      return walletFailure('not_prompted', 'wrong_account', {
        message: 'The wallet is connected with another account.',
        details: { expected: request.owner, actual: account },
      });
    if (!wallet.supports(request.version))
      return walletFailure('not_prompted', 'wallet_unsupported', {
        message: `${wallet.name} cannot sign transactions of version ${request.version}.`,
      });
    const prompt = wallet.prompt(bytes, request);
    return typeof prompt === 'function' ? answerInTime(prompt, timeoutMs, request.signal) : prompt;
  }

  return {
    publicKey: () => {
      try {
        return wallet.account();
      } catch {
        return null;
      }
    },
    sign: async (request) => {
      try {
        return await sign(request);
      } catch (thrown) {
        // Everything from the prompt on is caught inside: only a wallet whose plain properties
        // throw comes here.
        return walletFailure('not_prompted', 'wallet_failed', { cause: thrown });
      }
    },
  };
}

export const unreadable = (): WalletFailure =>
  walletFailure('not_prompted', 'unsafe_transaction', {
    message: 'The transaction cannot be read, or has another version.',
  });

/**
 * The bytes go on as they are, changed or not: what a wallet may change is the guard's decision,
 * not the adapter's.
 */
export async function signedBy(
  bytes: Uint8Array<ArrayBuffer>,
  owner: string,
): Promise<WalletOutcome> {
  if ((await isSignedBy(bytes, owner)) === false)
    return walletFailure('unknown', 'wrong_account', {
      message: 'What came back is not signed by the owner of the NFT.',
    });
  return { kind: 'signed', signedTransaction: encodeBase64(bytes) };
}

export const answeredWith = (what: string): WalletFailure =>
  walletFailure('unknown', 'wallet_failed', { message: `The wallet answered with ${what}.` });

/**
 * Undefined where it cannot be told: an older browser without Ed25519, or bytes that only the guard
 * may judge. The server checks it as well.
 */
async function isSignedBy(
  bytes: Uint8Array<ArrayBuffer>,
  owner: string,
): Promise<boolean | undefined> {
  if (!decodeTransaction(bytes).ok) return undefined;
  try {
    return await verifyOwnerSignature(bytes, owner);
  } catch {
    return undefined;
  }
}

function readTransaction({ transaction, version }: SignRequest): Uint8Array<ArrayBuffer> | null {
  const bytes = decodeBase64(transaction, maxTransactionBytes);
  const decoded = bytes === null ? null : decodeTransaction(bytes);
  return decoded?.ok === true && decoded.transaction.version === version ? bytes : null;
}
