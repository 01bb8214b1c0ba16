import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery } from '../../http/operations.ts';
import type { Loaded } from '../../journal/journal.ts';
import type { Engine } from '../context.ts';

/**
 * The operation, if it is the caller's. What belongs to somebody else answers as if it did not
 * exist. @throws NftUpgradeError `not_found`
 */
export async function loadOwned(
  engine: Engine,
  query: OperationQuery,
  withTried = false,
): Promise<Loaded> {
  const loaded = await engine.journal.load(query.operationId, withTried);
  if (
    !loaded ||
    loaded.row.principal !== query.principal.id ||
    loaded.row.process !== query.process
  )
    throw new NftUpgradeError('not_found');
  return loaded;
}

/**
 * Runs a command that appends. When a worker appended in between, the command is judged again on
 * what is true then.
 * @throws whatever the command throws, or NftUpgradeError `journal_conflict` after ten lost races
 */
export async function decide<T>(command: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await command();
    } catch (thrown) {
      const lost = thrown instanceof NftUpgradeError && thrown.code === 'journal_conflict';
      if (!lost || tries === 10) throw thrown;
    }
  }
}
