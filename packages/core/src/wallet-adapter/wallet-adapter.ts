import type { SignerWalletAdapterProps, WalletAdapterProps } from '@solana/wallet-adapter-base';
import { type Connection, Transaction, VersionedTransaction } from '@solana/web3.js';
import type { SignRequest, WalletOutcome, WalletPort } from '../client/wallet.ts';
import { decodeBase58 } from '../solana/base58.ts';
import { walletFailure } from '../solana/outcome.ts';
import { checkOptions, invalidOption, type PromptOptions } from '../wallet/options.ts';
import { answeredWith, signedBy, unreadable, walletPort } from '../wallet/port.ts';

/**
 * The part of a wallet adapter that is used: any adapter of `@solana/wallet-adapter-*`, and the
 * `wallet.adapter` of `useWallet()`.
 */
export type SigningAdapter = Pick<
  WalletAdapterProps,
  'name' | 'publicKey' | 'sendTransaction' | 'supportedTransactionVersions'
> &
  Partial<Pick<SignerWalletAdapterProps, 'signTransaction'>>;

/** Options of `walletAdapter`. */
export interface WalletAdapterOptions extends PromptOptions {
  /**
   * Sends for wallets that can only sign and send. Without it such a wallet is answered with
   * `wallet_unsupported`.
   */
  connection?: Connection;
}

/**
 * Makes the client's wallet port from a Solana wallet adapter.
 *
 * One call of `sign` shows at most one prompt and never rejects. An answer later than `timeoutMs`
 * or than the abort of the request is dropped: signed bytes that nobody sends expire by themselves,
 * and what the wallet sent by itself is found by the server's watcher.
 *
 * @throws NftUpgradeError `invalid_option`
 */
export function walletAdapter(
  adapter: SigningAdapter,
  options: WalletAdapterOptions = {},
): WalletPort {
  const { prefer, timeoutMs } = checkOptions(options, 'walletAdapter');
  const { connection } = options;
  if (prefer === 'send' && connection === undefined)
    throw invalidOption('walletAdapter', 'connection', "given for prefer: 'send'");
  return walletPort(
    {
      get name() {
        return adapter.name;
      },
      account: () => adapter.publicKey?.toBase58() ?? null,
      // Adapters without the set know legacy transactions only (wallet-adapter-base,
      // `supportedTransactionVersions`).
      supports: (version) =>
        version === 'legacy' || adapter.supportedTransactionVersions?.has(version) === true,
      prompt(bytes, { version, owner }) {
        const canSign = typeof adapter.signTransaction === 'function';
        const transaction = deserialize(bytes, version);
        if (transaction === null) return unreadable();
        if (connection !== undefined && (prefer === 'send' || !canSign))
          return () => send(adapter, connection, transaction);
        if (canSign) return () => signOnly(adapter, transaction, owner);
        return walletFailure('not_prompted', 'wallet_unsupported', {
          message:
            `${adapter.name} can only sign and send, and walletAdapter was given no connection ` +
            'to send with.',
          hint: 'Pass connection to walletAdapter.',
        });
      },
    },
    timeoutMs,
  );
}

async function signOnly(
  adapter: SigningAdapter,
  transaction: Transaction | VersionedTransaction,
  owner: string,
): Promise<WalletOutcome> {
  const signed = await adapter.signTransaction?.(transaction);
  if (signed === undefined) return answeredWith('nothing');
  // Without the options a legacy transaction with a wrong or missing signature throws here; that is
  // judged with its own code.
  return signedBy(
    Uint8Array.from(signed.serialize({ requireAllSignatures: false, verifySignatures: false })),
    owner,
  );
}

async function send(
  adapter: SigningAdapter,
  connection: Connection,
  transaction: Transaction | VersionedTransaction,
): Promise<WalletOutcome> {
  // The default commitment of the preflight is `finalized`, which does not know a blockhash of the
  // last seconds yet.
  const signature = await adapter.sendTransaction(transaction, connection, {
    preflightCommitment: 'confirmed',
  });
  return typeof signature === 'string' && decodeBase58(signature, 64) !== null
    ? { kind: 'submitted', signature }
    : answeredWith('something that is not a signature');
}

function deserialize(
  bytes: Uint8Array,
  version: SignRequest['version'],
): Transaction | VersionedTransaction | null {
  try {
    return version === 0 ? VersionedTransaction.deserialize(bytes) : Transaction.from(bytes);
  } catch {
    return null;
  }
}
