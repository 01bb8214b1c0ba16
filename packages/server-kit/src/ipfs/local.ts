import { access, constants, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { optionalPackage } from '../db/optional.ts';
import type { ContentStore } from '../ports/content-store.ts';
import { type Blocks, contentStore } from './blocks.ts';
import { collect } from './collect.ts';

/** Options of `localStore`. */
export interface LocalStoreOptions {
  /**
   * Folder of the blocks, made when it is missing. Nothing else should lie in it. Several processes
   * may share it.
   */
  folder: string;
}

/** Waits until the file, and its name in the folder, would survive a power cut. */
async function syncToDisk(file: string): Promise<void> {
  for (const path of [file, dirname(file)]) {
    // Windows has no handle to sync a folder with.
    if (path !== file && process.platform === 'win32') continue;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'NotFoundError' && error.message.includes('ENOENT');

async function openFolder(folder: string): Promise<Blocks> {
  const [{ FsBlockstore }, { NextToLast }] = await optionalPackage('blockstore-fs', () =>
    Promise.all([import('blockstore-fs'), import('blockstore-fs/sharding')]),
  );
  const sharding = new NextToLast();
  const store = new FsBlockstore(folder, { shardingStrategy: sharding });
  try {
    await store.open();
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new NftUpgradeError('metadata_upload_failed', {
      message: 'The folder of the content store cannot be written.',
      hint: 'Give this process the right to write there, or set another folder.',
      details: { folder },
      cause: error,
    });
  }
  // One write at a time: the package writes every block to a temporary file of a fixed name, which
  // two writers of one block would share.
  let last: Promise<unknown> = Promise.resolve();
  return {
    put(cid, bytes) {
      const written = last.then(async () => {
        await store.put(cid, bytes);
        const { dir, file } = sharding.encode(cid);
        await syncToDisk(join(store.path, dir, file));
      });
      last = written.catch(() => undefined);
      return written;
    },
    async get(cid) {
      try {
        return await collect(store.get(cid));
      } catch (error) {
        // The package says "not found" of every failure, a missing permission too.
        if (isMissing(error)) return null;
        throw new NftUpgradeError('metadata_unavailable', {
          details: { block: cid.toString() },
          cause: error,
        });
      }
    },
  };
}

/**
 * Keeps content on disk, one file a block, for one machine. What `put` has resolved is on the disk
 * and readable after a restart; what `get` gives has been hashed. Content that wallets shall find
 * has to be served from here, or pinned elsewhere (see `kuboStore`).
 *
 * The folder is opened by the first call of any method. That call throws `metadata_upload_failed`
 * when it cannot be written, and `missing_capability` without the packages `blockstore-fs`,
 * `ipfs-unixfs-importer`, `ipfs-unixfs-exporter` and `multiformats`.
 * @throws NftUpgradeError `invalid_option` without a folder
 */
export function localStore({ folder }: LocalStoreOptions): ContentStore {
  if (typeof folder !== 'string' || folder === '') {
    throw new NftUpgradeError('invalid_option', {
      message: 'localStore needs the option folder: the path where the blocks are kept.',
    });
  }
  return contentStore(() => openFolder(folder));
}
