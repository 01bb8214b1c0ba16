import type { Compensator, Db, Patience } from '@aiw3/nft-upgrade-server-kit';
import { openCluster } from './cluster.ts';
import { createRecords } from './records/records.ts';
import { openContentStore, openDatabase } from './storage.ts';

/**
 * Opens what the server depends on. A program that embeds the server may replace each part: a test
 * brings one that fails on request.
 */
export const standardParts = {
  openDatabase,
  openCluster,
  openContentStore,
  createRecords: (db: Db) => createRecords(db),
  /** Waiting times of the engine; what is left out has its default. */
  patience: {} as Partial<Patience>,
  /** Settles an obligation in another way than with the NFT. The example has none. */
  compensator: null as Compensator | null,
};

export type Parts = typeof standardParts;
