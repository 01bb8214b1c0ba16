import type { PublicKey } from '@solana/web3.js';
import { ask } from './ask.ts';
import type { Endpoint } from './endpoint.ts';
import type { HistoryEntry } from './methods.ts';

// Anybody may name an address in a transaction, so its history is a hint that has no natural end.
// Nothing is decided by it alone, and one look costs no more than these two bounds, however much
// strangers have written.

/** Pages of 1,000 that one look reads. The next look goes on where it ended. */
export const HISTORY_PAGES_PER_LOOK = 2;
/** Transactions that one look opens. */
export const HISTORY_OPENED_PER_LOOK = 20;

const PAGE = 1_000;
/** Addresses that are remembered, and signatures of each. What is forgotten is read again. */
const REMEMBERED_ADDRESSES = 64;
const REMEMBERED_SIGNATURES = 5_000;

interface Progress {
  /** Where the next page begins; undefined: at the newest. */
  before: string | undefined;
  /** True once the pages have reached `since`. */
  complete: boolean;
  /** Not opened yet, newest first. */
  waiting: Candidate[];
  opened: Set<string>;
}

interface Candidate {
  signature: string;
  /** Opened before the others. */
  first: boolean;
  /** How often a look has opened it and was none the wiser. */
  looks: number;
}

/** What one look may open. */
export interface HistoryLook {
  /** Most telling first. */
  signatures: readonly string[];
  /** What became of one is certain: it is not opened again. */
  settle(signature: string): void;
  /** True when the whole history was read and each transaction in it is settled. */
  isExhausted(): boolean;
}

/** Remembers how far the history of each address was read, so that no look starts over. */
export interface HistoryReader {
  /**
   * The transactions that succeeded and name an address, down to the slot `since`. What is settled
   * for one `purpose` is not for another. The first ones are those that `isFirst` picks, then the
   * oldest: what is looked for happened just after `since`, and strangers can only add newer ones.
   */
  look(
    endpoint: Endpoint,
    address: PublicKey,
    scope: { since: number; purpose: string },
    isFirst: (entry: HistoryEntry) => boolean,
  ): Promise<HistoryLook>;
}

export function createHistoryReader(): HistoryReader {
  const remembered = new Map<string, Progress>();
  const progressOf = (key: string): Progress => {
    const progress = remembered.get(key) ?? {
      before: undefined,
      complete: false,
      waiting: [],
      opened: new Set(),
    };
    remembered.delete(key);
    remembered.set(key, progress);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED_ADDRESSES) break;
      remembered.delete(oldest);
    }
    return progress;
  };

  return {
    async look(endpoint, address, { since, purpose }, isFirst) {
      const progress = progressOf(`${endpoint.host} ${address.toBase58()} ${since} ${purpose}`);
      if (progress.complete && progress.waiting.length === 0) {
        // Once more from the newest on: an index may have been behind.
        progress.before = undefined;
        progress.complete = false;
      }
      for (let page = 0; page < HISTORY_PAGES_PER_LOOK && !progress.complete; page++) {
        const entries = await ask(endpoint, 'getSignaturesForAddress', [
          address.toBase58(),
          {
            commitment: 'confirmed',
            limit: PAGE,
            ...(progress.before !== undefined && { before: progress.before }),
          },
        ]);
        const last = entries.at(-1);
        progress.before = last?.signature;
        progress.complete = entries.length < PAGE || last === undefined || last.slot < since;
        const waiting = new Set(progress.waiting.map(({ signature }) => signature));
        for (const entry of entries)
          if (
            entry.err === null &&
            entry.slot >= since &&
            !progress.opened.has(entry.signature) &&
            !waiting.has(entry.signature)
          )
            progress.waiting.push({
              signature: entry.signature,
              first: isFirst(entry),
              looks: 0,
            });
      }
      return open(progress);
    },
  };
}

function open(progress: Progress): HistoryLook {
  const now = progress.waiting
    .toReversed()
    .sort((a, b) => a.looks - b.looks || Number(b.first) - Number(a.first))
    .slice(0, HISTORY_OPENED_PER_LOOK);
  for (const candidate of now) candidate.looks++;
  // The newest of those that nothing speaks for are forgotten first.
  const plain = progress.waiting.filter(({ first }) => !first).slice(-2 * PAGE);
  const telling = progress.waiting.filter(({ first }) => first).slice(-REMEMBERED_SIGNATURES);
  progress.waiting = [...telling, ...plain];
  return {
    signatures: now.map(({ signature }) => signature),
    settle(signature) {
      progress.opened.add(signature);
      progress.waiting = progress.waiting.filter((candidate) => candidate.signature !== signature);
      for (const oldest of progress.opened) {
        if (progress.opened.size <= REMEMBERED_SIGNATURES) break;
        progress.opened.delete(oldest);
      }
    },
    isExhausted: () => progress.complete && progress.waiting.length === 0,
  };
}
