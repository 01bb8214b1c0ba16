export type { WalletAdapterOptions } from './adapter-options.ts';
export { type SigningAdapter, walletAdapter } from './wallet-adapter.ts';
