import type { Bank } from '../bank.ts';
import type { Landed } from '../ledger.ts';
import { memosOf } from './memo.ts';
import { inContext, type Method } from './method.ts';
import { address, type Config, config, list, settled, signature } from './params.ts';
import { Refusal } from './refusal.ts';
import { renderTransaction, statusOf } from './render-transaction.ts';

/** Without `searchTransactionHistory` a node looks only into the statuses of its last blocks. */
const recentBlocks = 150;

function status(bank: Bank, landed: Landed | undefined, searchHistory: boolean): unknown {
  const { ledger } = bank;
  const known = ledger.at('processed').height;
  if (!landed || landed.block.height > known) return null;
  const commitment = ledger.commitmentOf(landed);
  if (!searchHistory && ledger.at('finalized').height - landed.block.height > recentBlocks)
    return null;
  return {
    slot: landed.block.slot,
    confirmations: commitment === 'finalized' ? null : known - landed.block.height,
    err: landed.err,
    status: statusOf(landed.err),
    confirmationStatus: commitment,
  };
}

/** Cuts a newest-first history to what comes after `before` and ahead of `until`. */
function window(
  history: readonly Landed[],
  { before, until, limit = 1_000 }: Config,
): readonly Landed[] {
  const indexOf = (wanted: string | null | undefined): number =>
    history.findIndex((one) => one.signature === wanted);
  const first = before ? indexOf(signature(before)) + 1 : 0;
  const end = until ? indexOf(signature(until)) : -1;
  // A `before` that is not there: nothing is known to be older than it.
  if (before && first === 0) return [];
  return history.slice(first, end < 0 ? undefined : end).slice(0, limit);
}

/** Methods that read what landed. */
export const history: Readonly<Record<string, Method>> = {
  getSignatureStatuses(bank, [signatures, options]) {
    const { searchTransactionHistory = false } = config(options);
    const all = list(signatures, signature, 256);
    return inContext(
      bank.ledger.at('processed').slot,
      all.map((one) => status(bank, bank.ledger.find(one), searchTransactionHistory)),
    );
  },
  getTransaction(bank, [wanted, options]) {
    const parsed = config(typeof options === 'string' ? { encoding: options } : options);
    const { height } = bank.ledger.at(settled(parsed));
    const landed = bank.ledger.find(signature(wanted));
    if (!landed || landed.block.height > height) return null;
    const { maxSupportedTransactionVersion, encoding = 'json' } = parsed;
    const { version } = landed.transaction;
    if (
      version !== 'legacy' &&
      (maxSupportedTransactionVersion === undefined || maxSupportedTransactionVersion < version)
    ) {
      throw new Refusal(
        'unsupportedTransactionVersion',
        `Transaction version (${version}) is not supported by the requesting client. Please ` +
          'try the request again with the following configuration parameter: ' +
          `"maxSupportedTransactionVersion": ${version}`,
      );
    }
    return renderTransaction(landed, encoding, maxSupportedTransactionVersion !== undefined);
  },
  getSignaturesForAddress(bank, [key, options]) {
    const parsed = config(options);
    const { height } = bank.ledger.at(settled(parsed));
    const all = bank.ledger.historyOf(address(key)).filter((one) => one.block.height <= height);
    return window(all, parsed).map((one) => ({
      signature: one.signature,
      slot: one.block.slot,
      err: one.err,
      memo: memosOf(one.transaction),
      blockTime: one.block.time,
      confirmationStatus: bank.ledger.commitmentOf(one),
    }));
  },
};
