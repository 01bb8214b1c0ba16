import type { Compensator, Db, Patience } from '@aiw3/nft-upgrade-server-kit';
import { openCluster } from './cluster.ts';
import { createRecords } from './records/records.ts';
import { openContentStore, openDatabase } from './storage.ts';

/**
 * How the server comes by what it stands on. Whoever embeds it may bring another one of each, a
 * test for instance one that fails on request.
 */
export const standardParts = {
  openDatabase,
  openCluster,
  openContentStore,
  createRecords: (db: Db) => createRecords(db),
  /** Waiting times of the engine; what is left out has its default. */
  patience: {} as Partial<Patience>,
  /** Settles a debt in another way than with the NFT. The example has none. */
  compensator: null as Compensator | null,
};

export type Parts = typeof standardParts;
