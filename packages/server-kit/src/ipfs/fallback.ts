import { NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { ContentStore } from '../ports/content-store.ts';

/**
 * Several stores as one: `put` is done when the first of them has the content, in the given order,
 * so a provider that is down, limited or lying does not hold an operation up. `get` asks one after
 * the other.
 *
 * When all fail, the error is the first one that may pass; the engine then comes back with
 * growing pauses.
 * @throws NftUpgradeError `invalid_option` for no store at all
 * @example fallbackStore([kuboStore({ url }), pinataStore({ jwt })])
 */
export function fallbackStore(stores: readonly ContentStore[]): ContentStore {
  const [first] = stores;
  if (!first)
    throw new NftUpgradeError('invalid_option', {
      message: 'fallbackStore needs at least one store.',
    });

  const tried = async <T>(
    work: (store: ContentStore) => Promise<T>,
    isAnswer: (answer: T) => boolean,
    otherwise: T | undefined,
  ): Promise<T> => {
    const failures: NftUpgradeError[] = [];
    for (const store of stores) {
      try {
        const answer = await work(store);
        if (isAnswer(answer)) return answer;
      } catch (thrown) {
        failures.push(toNftUpgradeError(thrown, 'metadata_upload_failed'));
      }
    }
    const reported = failures.find(({ retryable }) => retryable) ?? failures[0];
    if (reported) throw reported;
    if (otherwise === undefined) throw new NftUpgradeError('metadata_unavailable');
    return otherwise;
  };

  return {
    cid: (bytes) => first.cid(bytes),
    put: (bytes) =>
      tried(
        (store) => store.put(bytes),
        () => true,
        undefined,
      ),
    get: (cid) =>
      tried<Uint8Array | null>(
        (store) => store.get(cid),
        (answer) => answer !== null,
        null,
      ),
  };
}
