export { sampleEvents, samplePayload, samplePayloads } from './samples.ts';
export { sampleWalk } from './walks.ts';
export { type KeypairWallet, type KeypairWalletOptions, keypairWallet, type WalletStep } from './wallet.ts';
