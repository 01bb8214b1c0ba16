import {
  BaseMessageSignerWalletAdapter,
  BaseWalletAdapter,
  type SupportedTransactionVersions,
  type WalletName,
  WalletReadyState,
} from '@solana/wallet-adapter-base';
import type {
  Connection,
  Keypair,
  PublicKey,
  Transaction,
  VersionedTransaction,
} from '@solana/web3.js';
import * as f from '../solana/fixtures.ts';

// For tests only.

export type AnyTransaction = Transaction | VersionedTransaction;
export const put = (transaction: AnyTransaction, keypair: Keypair): void =>
  'version' in transaction ? transaction.sign([keypair]) : transaction.partialSign(keypair);

/** A wallet as the ecosystem writes it, around a key. */
export class TestAdapter extends BaseMessageSignerWalletAdapter {
  name = 'Test' as WalletName<'Test'>;
  url = 'https://wallet.invalid';
  icon = '';
  readyState = WalletReadyState.Installed;
  publicKey: PublicKey | null = f.owner.publicKey;
  connecting = false;
  supportedTransactionVersions: SupportedTransactionVersions = new Set(['legacy', 0] as const);
  prompts: AnyTransaction[] = [];
  answer: (transaction: AnyTransaction) => Promise<AnyTransaction>;

  constructor(
    answer: (transaction: AnyTransaction) => Promise<AnyTransaction> = async (transaction) => {
      put(transaction, f.owner);
      return transaction;
    },
  ) {
    super();
    this.answer = answer;
  }
  async connect() {}
  async disconnect() {}
  async signMessage(message: Uint8Array) {
    return message;
  }
  async signTransaction<T extends AnyTransaction>(transaction: T): Promise<T> {
    this.prompts.push(transaction);
    return (await this.answer(transaction)) as T;
  }
}

/** A wallet that only signs and sends, like WalletConnect for some wallets. */
export class SendOnlyAdapter extends BaseWalletAdapter {
  name = 'Send only' as WalletName<'Send only'>;
  url = 'https://wallet.invalid';
  icon = '';
  readyState = WalletReadyState.Installed;
  publicKey: PublicKey | null = f.owner.publicKey;
  connecting = false;
  supportedTransactionVersions = null;
  async connect() {}
  async disconnect() {}
  async sendTransaction(
    transaction: AnyTransaction,
    connection: Connection,
    options?: object,
  ): Promise<string> {
    put(transaction, f.owner);
    return connection.sendRawTransaction(transaction.serialize(), options);
  }
}
