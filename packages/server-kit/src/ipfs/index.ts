export { canonicalJson } from '@aiw3/nft-upgrade/receipt';
export type { ContentStore } from '../ports/content-store.ts';
export { cidOf } from './cid.ts';
export { type KuboStoreOptions, kuboStore } from './kubo.ts';
export { type LocalStoreOptions, localStore } from './local.ts';
export { memoryStore } from './memory.ts';
