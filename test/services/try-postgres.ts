// Prints why Postgres cannot be had here, with the cure; nothing where it can. A program of its
// own: what sets up a run does not see the sources of this repository.
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { postgresPrograms } from '../../packages/server-kit/src/testing/postgres-programs.ts';

if (!process.env.DATABASE_URL_TEST) {
  try {
    await postgresPrograms();
  } catch (error) {
    if (!(error instanceof NftUpgradeError)) throw error;
    console.log(`${error.message} ${error.hint}`);
  }
}
