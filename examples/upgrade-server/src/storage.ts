import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentStore, Db } from '@aiw3/nft-upgrade-server-kit';
import { kuboStore, localStore } from '@aiw3/nft-upgrade-server-kit/ipfs';
import { pglite } from '@aiw3/nft-upgrade-server-kit/pglite';
import { postgres } from '@aiw3/nft-upgrade-server-kit/postgres';
import type { Config } from './config.ts';

/** Postgres where an address is given, the embedded database on disk otherwise. */
export const openDatabase = (config: Config): Promise<Db> =>
  config.DATABASE_URL
    ? postgres({ connectionString: config.DATABASE_URL })
    : pglite({ folder: join(config.DATA_DIR, 'postgres') });

/** An IPFS node where one is given, blocks on disk otherwise. */
export async function openContentStore(config: Config): Promise<ContentStore> {
  if (!config.IPFS_API_URL) return localStore({ folder: join(config.DATA_DIR, 'ipfs') });
  const headers: Record<string, string> = config.IPFS_API_TOKEN
    ? { authorization: `Bearer ${config.IPFS_API_TOKEN}` }
    : {};
  return kuboStore({ url: config.IPFS_API_URL, headers });
}

/**
 * The secret that signs tokens: the configured one, or one that is made once and kept beside the
 * data.
 */
export const readSecret = (config: Config): Uint8Array =>
  config.AUTH_SECRET ? new TextEncoder().encode(config.AUTH_SECRET) : kept(config, 'secret');

/** The seed of the key that signs receipts, in the same way. */
export const readReceiptSeed = (config: Config): Uint8Array =>
  config.RECEIPT_SEED ? Buffer.from(config.RECEIPT_SEED, 'base64') : kept(config, 'receipt-seed');

/** 32 random bytes, made once. */
function kept(config: Config, name: string): Uint8Array {
  const path = join(config.DATA_DIR, name);
  mkdirSync(config.DATA_DIR, { recursive: true });
  try {
    writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path);
}
