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
 * The same for a command. @throws NftUpgradeError `not_found`; `temporarily_unavailable` when only
 * nodes of another version have the definition: the caller comes again, and meets one of them
 */
export async function loadForCommand(
  engine: Engine,
  query: OperationQuery,
  withTried = false,
): Promise<Loaded> {
  const loaded = await loadOwned(engine, query, withTried);
  refuseForeign(loaded);
  return loaded;
}

const SOON_MS = 2_000;

export function refuseForeign({ foreign, row, snapshot }: Loaded): void {
  if (!foreign) return;
  throw new NftUpgradeError('temporarily_unavailable', {
    message: `This server does not have version ${row.version} of the process ${row.process}.`,
    hint: 'Come again: during a deployment another server takes it.',
    operationId: row.id,
    asset: snapshot.asset,
    details: { process: row.process, version: row.version, retryAfterMs: SOON_MS },
  });
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
