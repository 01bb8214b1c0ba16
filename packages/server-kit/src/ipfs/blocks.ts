import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { CID } from 'multiformats/cid';
import { optionalPackage } from '../db/optional.ts';
import type { ContentStore } from '../ports/content-store.ts';
import { cidOf, importContent, parseCid } from './cid.ts';
import { collect } from './collect.ts';

/** Where blocks lie. Nothing that comes out of it is believed before its hash was computed. */
export interface Blocks {
  put(cid: CID, bytes: Uint8Array): Promise<void>;
  /** The block as it was stored, or null where there is none. */
  get(cid: CID): Promise<Uint8Array | null>;
}

/**
 * True when `bytes` hash to what `cid` names.
 * @throws NftUpgradeError `metadata_cid_mismatch` for a hash function other than SHA2-256:
 *   unchecked content is never given out
 */
async function matches(cid: CID, bytes: Uint8Array): Promise<boolean> {
  const [{ sha256 }, { equals }] = await Promise.all([
    import('multiformats/hashes/sha2'),
    import('multiformats/bytes'),
  ]);
  if (cid.multihash.code !== sha256.code) {
    throw new NftUpgradeError('metadata_cid_mismatch', {
      message: 'The CID uses a hash function that is not checked here.',
      hint: 'Use a CID with SHA2-256, as put() returns it.',
      details: { cid: cid.toString(), hashFunction: cid.multihash.code },
      retryable: false,
    });
  }
  return equals((await sha256.digest(bytes)).digest, cid.multihash.digest);
}

async function readBlock(blocks: Blocks, cid: CID): Promise<Uint8Array | null> {
  const bytes = await blocks.get(cid);
  if (bytes === null || (await matches(cid, bytes))) return bytes;
  throw new NftUpgradeError('metadata_cid_mismatch', {
    message: 'A stored block is damaged: its content is not what its CID names.',
    hint: 'Store the content again; put() replaces the damaged block.',
    details: { block: cid.toString() },
    retryable: false,
  });
}

async function readContent(blocks: Blocks, text: string): Promise<Uint8Array | null> {
  const cid = await parseCid(text);
  const { exporter } = await optionalPackage(
    'ipfs-unixfs-exporter',
    () => import('ipfs-unixfs-exporter'),
  );
  // The exporter wraps what its storage throws; the first failure is the one to tell.
  let failure: unknown;
  let isMissing = false;
  const storage = {
    async *get(block: CID): AsyncGenerator<Uint8Array> {
      try {
        const bytes = await readBlock(blocks, block);
        isMissing ||= bytes === null;
        if (bytes === null)
          throw new NftUpgradeError('metadata_unavailable', {
            details: { block: block.toString() },
          });
        yield bytes;
      } catch (error) {
        failure ??= error;
        throw error;
      }
    },
  };
  try {
    const entry = await exporter(cid, storage);
    if (entry.type !== 'file' && entry.type !== 'raw' && entry.type !== 'identity') {
      throw new NftUpgradeError('invalid_option', {
        message: 'The CID names no file.',
        details: { cid: text, type: entry.type },
      });
    }
    return await collect(entry.content());
  } catch (error) {
    // Also when only a leaf is missing, after a put that was cut off: half of the content is none.
    if (isMissing) return null;
    throw toNftUpgradeError(failure ?? error, 'metadata_unavailable', { details: { cid: text } });
  }
}

async function writeContent(blocks: Blocks, bytes: Uint8Array): Promise<string> {
  const storage = {
    async put(
      cid: CID,
      block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    ): Promise<CID> {
      const whole = block instanceof Uint8Array ? block : await collect(block);
      const stored = await blocks.get(cid);
      // An intact block stays as it is; a damaged one is written again.
      if (stored === null || !(await matches(cid, stored))) await blocks.put(cid, whole);
      return cid;
    },
  };
  try {
    return (await importContent(bytes, storage)).toString();
  } catch (error) {
    throw isNftUpgradeError(error)
      ? error
      : new NftUpgradeError('metadata_upload_failed', { cause: error });
  }
}

/**
 * Makes a {@link ContentStore} out of a place for blocks. `open` is called once, by the first call
 * of any method, `cid` included.
 */
export function contentStore(open: () => Promise<Blocks>): ContentStore {
  let opened: Promise<Blocks> | undefined;
  const blocks = (): Promise<Blocks> => {
    opened ??= open().catch((error: unknown) => {
      // The folder may be mended while the process lives.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    async cid(bytes) {
      // Opened here as well: the CID is asked for before the burn, and a store that cannot be
      // written must be found out by then.
      await blocks();
      return cidOf(bytes);
    },
    async put(bytes) {
      // A copy, made at once: the importer hands out views of its input, and the caller may change
      // that while they are written.
      const content = bytes.slice();
      return writeContent(await blocks(), content);
    },
    get: async (cid) => readContent(await blocks(), cid),
  };
}
