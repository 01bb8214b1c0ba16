import { optionalPackage } from '../db/optional.ts';
import type { ContentStore } from '../ports/content-store.ts';
import { contentStore } from './blocks.ts';
import { collect } from './collect.ts';

/**
 * Keeps content in this process, for tests. It is gone with the process: never use it where a burn
 * is real. Its methods throw `missing_capability` without the packages `blockstore-core`,
 * `ipfs-unixfs-importer`, `ipfs-unixfs-exporter` and `multiformats`.
 */
export function memoryStore(): ContentStore {
  return contentStore(async () => {
    const { MemoryBlockstore } = await optionalPackage(
      'blockstore-core',
      () => import('blockstore-core/memory'),
    );
    const store = new MemoryBlockstore();
    return {
      async put(cid, bytes) {
        await store.put(cid, bytes);
      },
      async get(cid) {
        return (await store.has(cid)) ? await collect(store.get(cid)) : null;
      },
    };
  });
}
