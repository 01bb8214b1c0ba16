import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { ImporterOptions, WritableStorage } from 'ipfs-unixfs-importer';
import type { CID } from 'multiformats/cid';
import { optionalPackage } from '../db/optional.ts';

const chunkBytes = 262_144;
const linksPerNode = 174;

/** Counts what is hashed and keeps nothing. */
const nowhere: WritableStorage = { put: async (cid) => cid };

async function importerOptions(): Promise<ImporterOptions> {
  const [{ fixedSize }, { balanced }] = await Promise.all([
    import('ipfs-unixfs-importer/chunker'),
    import('ipfs-unixfs-importer/layout'),
  ]);
  return {
    cidVersion: 1,
    rawLeaves: true,
    // Content of one chunk is that chunk and no tree above it, as Kubo does it.
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({ chunkSize: chunkBytes }),
    layout: balanced({ maxChildrenPerNode: linksPerNode }),
  };
}

/**
 * Cuts `bytes` into blocks, puts them into `storage` and resolves with the CID of the root. The
 * parameters are those of {@link cidOf}.
 */
export async function importContent(bytes: Uint8Array, storage: WritableStorage): Promise<CID> {
  const { importBytes } = await optionalPackage(
    'ipfs-unixfs-importer',
    () => import('ipfs-unixfs-importer'),
  );
  const { cid } = await importBytes(bytes, storage, await importerOptions());
  return cid;
}

/**
 * The CID of `bytes`, computed here: version 1, base32, UnixFS with raw leaves, chunks of 256 KiB,
 * 174 links to a node. It is what `ipfs add --cid-version=1 --raw-leaves` of Kubo prints. Every
 * parameter is given, because the defaults of the importer and of Kubo's profiles differ between
 * versions.
 * @throws NftUpgradeError `missing_capability` without the package `ipfs-unixfs-importer`
 */
export async function cidOf(bytes: Uint8Array): Promise<string> {
  return (await importContent(bytes, nowhere)).toString();
}

/**
 * Reads a CID from text.
 * @throws NftUpgradeError `invalid_option` for what is none, `missing_capability` without the
 *   package `multiformats`
 */
export async function parseCid(text: string): Promise<CID> {
  const { CID } = await optionalPackage('multiformats', () => import('multiformats/cid'));
  try {
    return CID.parse(text);
  } catch {
    throw new NftUpgradeError('invalid_option', {
      message: 'This is not a CID.',
      hint: 'Pass the CID alone, without ipfs:// and without a path.',
      details: { cid: String(text).slice(0, 100) },
    });
  }
}

/** A store reports or has other content than the one that was meant. */
export const cidMismatch = (expected: string, actual: string): NftUpgradeError =>
  new NftUpgradeError('metadata_cid_mismatch', { details: { expected, actual } });
