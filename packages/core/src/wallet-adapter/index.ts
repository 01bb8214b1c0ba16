export { type SigningAdapter, type WalletAdapterOptions, walletAdapter } from './wallet-adapter.ts';
