import {
  BaseSignerWalletAdapter,
  type WalletName,
  WalletNotConnectedError,
  WalletReadyState,
  WalletSignTransactionError,
} from '@solana/wallet-adapter-base';
import { Keypair, type PublicKey, Transaction, type VersionedTransaction } from '@solana/web3.js';
import { ask } from './prompts.ts';

export const TEST_WALLET = 'Test wallet' as WalletName<'Test wallet'>;

const KEY = 'aiw3-example:test-wallet';
const icon =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"%3E' +
  '%3Crect width="32" height="32" rx="9" fill="%230f766e"/%3E' +
  '%3Cpath d="M9 12h14v9H9z" fill="none" stroke="%23fff" stroke-width="2.4" ' +
  'stroke-linejoin="round"/%3E%3Ccircle cx="19.5" cy="16.5" r="1.6" fill="%23fff"/%3E%3C/svg%3E';

/**
 * A wallet for the local chain: its key lies in the storage of this site, for every tab of it, and
 * it asks before it signs. Never use it with a key that holds value.
 */
export class TestWalletAdapter extends BaseSignerWalletAdapter {
  readonly name = TEST_WALLET;
  readonly url = 'https://github.com/aiw3/nft-upgrade';
  readonly icon = icon;
  readonly readyState = WalletReadyState.Loadable;
  readonly supportedTransactionVersions = new Set(['legacy', 0] as const);
  readonly connecting = false;
  #keypair: Keypair | null = null;

  get publicKey(): PublicKey | null {
    return this.#keypair?.publicKey ?? null;
  }

  async connect(): Promise<void> {
    // Like every wallet, it answers later, so that a listener which an effect removes and adds
    // again does not miss it.
    await Promise.resolve();
    this.#keypair ??= storedKeypair();
    this.emit('connect', this.#keypair.publicKey);
  }

  async disconnect(): Promise<void> {
    this.#keypair = null;
    this.emit('disconnect');
  }

  async signTransaction<T extends Transaction | VersionedTransaction>(transaction: T): Promise<T> {
    const keypair = this.#keypair;
    if (!keypair) throw new WalletNotConnectedError();
    if (!(await ask({ account: keypair.publicKey.toBase58() })))
      throw new WalletSignTransactionError('User rejected the request.');
    if (transaction instanceof Transaction) transaction.partialSign(keypair);
    else transaction.sign([keypair]);
    return transaction;
  }
}

function storedKeypair(): Keypair {
  const stored = localStorage.getItem(KEY);
  if (stored) return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(stored) as number[]));
  const keypair = Keypair.generate();
  localStorage.setItem(KEY, JSON.stringify([...keypair.secretKey]));
  return keypair;
}
