export type { StandardAccount, StandardWallet } from './features.ts';
export { type WalletStandardOptions, walletStandard } from './wallet-standard.ts';
