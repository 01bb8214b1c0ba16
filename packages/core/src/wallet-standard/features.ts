/**
 * The part of a Wallet Standard wallet that is used
 * (https://github.com/wallet-standard/wallet-standard, `@solana/wallet-standard-features`), written
 * out so that nothing has to be installed for it. A wallet of `getWallets().get()` fits, whatever
 * version of those packages it comes from.
 */
export interface StandardWallet {
  readonly name: string;
  /** Empty while it is not connected. */
  readonly accounts: readonly StandardAccount[];
  readonly features: Readonly<Record<string, unknown>>;
}

/** The part of a Wallet Standard account that is used. */
export interface StandardAccount {
  /** base58 */
  readonly address: string;
  /** `solana:mainnet`, `solana:devnet`, … */
  readonly chains: readonly string[];
  /** Names of the features that this account may be used with. */
  readonly features: readonly string[];
}

interface Input {
  readonly account: StandardAccount;
  readonly transaction: Uint8Array;
  readonly chain: string;
  readonly options?: { readonly preflightCommitment: 'confirmed' };
}

interface Feature {
  readonly supportedTransactionVersions: readonly unknown[];
}

export interface SignFeature extends Feature {
  readonly signTransaction: (
    input: Input,
  ) => Promise<readonly { readonly signedTransaction: Uint8Array }[]>;
}

export interface SendFeature extends Feature {
  readonly signAndSendTransaction: (
    input: Input,
  ) => Promise<readonly { readonly signature: Uint8Array }[]>;
}

export const signFeature = (wallet: StandardWallet, account: StandardAccount): SignFeature | null =>
  featureOf<SignFeature>(wallet, account, 'solana:signTransaction', 'signTransaction');

export const sendFeature = (wallet: StandardWallet, account: StandardAccount): SendFeature | null =>
  featureOf<SendFeature>(
    wallet,
    account,
    'solana:signAndSendTransaction',
    'signAndSendTransaction',
  );

/** Null where the wallet or this one account of it (a watch-only one, say) lacks the feature. */
function featureOf<F extends Feature>(
  wallet: StandardWallet,
  account: StandardAccount,
  name: string,
  method: keyof F,
): F | null {
  const feature = wallet.features[name];
  if (!account.features.includes(name) || typeof feature !== 'object' || feature === null)
    return null;
  return typeof Reflect.get(feature, method) === 'function' ? (feature as F) : null;
}
