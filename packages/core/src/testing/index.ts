export { sampleEvents, samplePayload, samplePayloads } from './samples.ts';
export { sampleWalk } from './walks.ts';
export { type KeypairWallet, type KeypairWalletOptions, keypairWallet } from './wallet.ts';
export type { WalletStep } from './wallet-steps.ts';
