import {
  burnTransaction,
  burnTransactionResult,
  confirmBurn,
  confirmBurnResult,
  eventPage,
  problem,
  snapshot,
  snapshotList,
} from './wire.ts';

/**
 * The bodies of requests and answers, as checks. Not a namespace of `wire.ts`: a bundler would keep
 * all of them in every page.
 */
export const wire = {
  problem,
  snapshot,
  snapshotList,
  confirmBurn,
  confirmBurnResult,
  burnTransactionResult,
  burnTransaction,
  eventPage,
};
