import type { SignerWalletAdapterProps, WalletAdapter } from '@solana/wallet-adapter-base';
import { type Connection, Transaction, VersionedTransaction } from '@solana/web3.js';
import type { SignRequest, WalletOutcome, WalletPort } from '../client/wallet.ts';
import { decodeBase58 } from '../solana/base58.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import { decodeTransaction, maxTransactionBytes } from '../solana/decode.ts';
import { walletFailure } from '../solana/outcome.ts';
import { verifyOwnerSignature } from '../solana/signature.ts';
import { checkOptions, type WalletAdapterOptions } from './adapter-options.ts';
import { answerInTime } from './answer.ts';

/** The part of a wallet adapter that is used: any adapter of `@solana/wallet-adapter-*`, and the `wallet.adapter` of `useWallet()`. */
export type SigningAdapter = Pick<WalletAdapter, 'name' | 'publicKey' | 'sendTransaction' | 'supportedTransactionVersions'> &
  Partial<Pick<SignerWalletAdapterProps, 'signTransaction'>>;

/**
 * Makes the client's wallet port from a Solana wallet adapter.
 *
 * One call of `sign` shows at most one prompt and never rejects. An answer later than `timeoutMs` or than the abort of the request is dropped: signed
 * bytes that nobody sends expire by themselves, and what the wallet sent by itself is found by the server's watcher.
 *
 * @throws NftUpgradeError `invalid_option`
 */
export function walletAdapter(adapter: SigningAdapter, options: WalletAdapterOptions = {}): WalletPort {
  const { connection, prefer, timeoutMs } = checkOptions(options);
  const publicKey = (): string | null => adapter.publicKey?.toBase58() ?? null;

  async function sign(request: SignRequest): Promise<WalletOutcome> {
    if (request.signal.aborted) return walletFailure('not_prompted', 'aborted');
    const transaction = readTransaction(request);
    if (transaction === null)
      return walletFailure('not_prompted', 'unsafe_transaction', { message: 'The transaction cannot be read, or has another version.' });
    const account = publicKey();
    if (account === null) return walletFailure('not_prompted', 'wallet_not_connected');
    if (account !== request.owner)
      return walletFailure('not_prompted', 'wrong_account', {
        message: 'The wallet is connected with another account.',
        details: { expected: request.owner, actual: account },
      });
    // Adapters without the set know legacy transactions only (wallet-adapter-base, `supportedTransactionVersions`).
    if (request.version === 0 && !adapter.supportedTransactionVersions?.has(0))
      return walletFailure('not_prompted', 'wallet_unsupported', { message: `${adapter.name} cannot sign version 0 transactions.` });
    const prompt = promptOf(adapter, connection, prefer);
    if (prompt === null)
      return walletFailure('not_prompted', 'wallet_unsupported', {
        message: `${adapter.name} can only sign and send, and walletAdapter was given no connection to send with.`,
        hint: 'Pass connection to walletAdapter.',
      });
    return answerInTime(() => prompt(transaction, request.owner), timeoutMs, request.signal);
  }

  return {
    publicKey: () => {
      try {
        return publicKey();
      } catch {
        return null;
      }
    },
    sign: async (request) => {
      try {
        return await sign(request);
      } catch (thrown) {
        // Everything from the prompt on is caught inside: only an adapter whose plain properties throw comes here.
        return walletFailure('not_prompted', 'wallet_failed', { cause: thrown });
      }
    },
  };
}

type Prompt = (transaction: Transaction | VersionedTransaction, owner: string) => Promise<WalletOutcome>;

function promptOf(adapter: SigningAdapter, connection: Connection | undefined, prefer: 'sign' | 'send'): Prompt | null {
  const canSign = typeof adapter.signTransaction === 'function';
  if (connection !== undefined && (prefer === 'send' || !canSign)) return (transaction) => send(adapter, connection, transaction);
  return canSign ? (transaction, owner) => signOnly(adapter, transaction, owner) : null;
}

/** The bytes come back as they are, changed or not: what a wallet may change is the guard's decision, not the adapter's. */
async function signOnly(adapter: SigningAdapter, transaction: Transaction | VersionedTransaction, owner: string): Promise<WalletOutcome> {
  const signed = await adapter.signTransaction?.(transaction);
  if (signed === undefined) return walletFailure('unknown', 'wallet_failed', { message: 'The wallet answered with nothing.' });
  // Without the options a legacy transaction with a wrong or missing signature throws here; that is judged below, with its own code.
  const bytes = Uint8Array.from(signed.serialize({ requireAllSignatures: false, verifySignatures: false }));
  if ((await isSignedBy(bytes, owner)) === false)
    return walletFailure('unknown', 'wrong_account', { message: 'What came back is not signed by the owner of the NFT.' });
  return { kind: 'signed', signedTransaction: encodeBase64(bytes) };
}

/** Undefined where it cannot be told: an older browser without Ed25519, or bytes that only the guard may judge. The server checks it as well. */
async function isSignedBy(bytes: Uint8Array, owner: string): Promise<boolean | undefined> {
  if (!decodeTransaction(bytes).ok) return undefined;
  try {
    return await verifyOwnerSignature(bytes, owner);
  } catch {
    return undefined;
  }
}

async function send(
  adapter: SigningAdapter,
  connection: Connection,
  transaction: Transaction | VersionedTransaction,
): Promise<WalletOutcome> {
  // The default commitment of the preflight is `finalized`, which does not know a blockhash of the last seconds yet.
  const signature = await adapter.sendTransaction(transaction, connection, { preflightCommitment: 'confirmed' });
  return typeof signature === 'string' && decodeBase58(signature, 64) !== null
    ? { kind: 'submitted', signature }
    : walletFailure('unknown', 'wallet_failed', { message: 'The wallet answered with something that is not a signature.' });
}

function readTransaction({ transaction, version }: SignRequest): Transaction | VersionedTransaction | null {
  const bytes = decodeBase64(transaction, maxTransactionBytes);
  const decoded = bytes === null ? null : decodeTransaction(bytes);
  if (bytes === null || decoded?.ok !== true || decoded.transaction.version !== version) return null;
  try {
    return version === 0 ? VersionedTransaction.deserialize(bytes) : Transaction.from(bytes);
  } catch {
    return null;
  }
}
