import {
  type NftUpgradeError,
  type ProcessName,
  type processes,
  type SnapshotOf,
  toNftUpgradeError,
} from '@aiw3/nft-upgrade';
import { useCallback, useEffect, useState } from 'react';
import { useUpgradeClient } from './provider.tsx';

/** What `useOpenOperations` knows. */
export interface OpenOperations<K extends ProcessName> {
  /**
   * The caller's operations that had not ended when the server was asked, newest first; null before
   * its first answer.
   */
  readonly operations: readonly SnapshotOf<(typeof processes)[K]>[] | null;
  /** Why the last question was not answered. The list before it stays. */
  readonly error: NftUpgradeError | null;
  /** Asks again. */
  refresh(): void;
}

/**
 * What the user has under way, also from before a reload and from other devices: asked for when the
 * component mounts, and by `refresh()`. Reads only.
 * @param initial what a server has asked for already; then the component asks only when told to
 * @example
 * const { operations } = useOpenOperations('upgrade');
 * const upgrade = useNftUpgrade({ attach: operations?.[0] });
 */
export function useOpenOperations<K extends ProcessName>(
  process: K,
  initial: OpenOperations<K>['operations'] = null,
): OpenOperations<K> {
  const client = useUpgradeClient();
  const [answer, setAnswer] = useState<Omit<OpenOperations<K>, 'refresh'>>({
    operations: initial,
    error: null,
  });
  const [question, setQuestion] = useState(initial ? 0 : 1);
  useEffect(() => {
    if (question === 0) return;
    const controller = new AbortController();
    const { signal } = controller;
    client
      .process(process)
      .active({ signal })
      .then(
        (operations) => signal.aborted || setAnswer({ operations, error: null }),
        (thrown: unknown) =>
          signal.aborted ||
          setAnswer(({ operations }) => ({
            operations,
            error: toNftUpgradeError(thrown, 'internal'),
          })),
      );
    return () => controller.abort();
  }, [client, process, question]);
  return { ...answer, refresh: useCallback(() => setQuestion((before) => before + 1), []) };
}
