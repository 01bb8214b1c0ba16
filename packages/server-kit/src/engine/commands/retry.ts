import { NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery } from '../../http/operations.ts';
import type { Loaded } from '../../journal/journal.ts';
import { drivers } from '../../phases/index.ts';
import { resume } from '../../phases/recovery.ts';
import type { Engine } from '../context.ts';
import { type Drive, stepOf } from '../drive.ts';
import { write } from '../write.ts';
import { loadForCommand } from './load.ts';

/**
 * Runs a waiting recovery now. After `needs_attention` it begins with a fresh budget. @throws
 * NftUpgradeError `retry_refused`
 */
export const retry = async (
  engine: Engine,
  drive: Drive,
  query: OperationQuery,
): Promise<Snapshot> => retryLoaded(engine, drive, await loadForCommand(engine, query));

/** The same for an operator, who may retry what belongs to anybody. */
export async function retryLoaded(engine: Engine, drive: Drive, loaded: Loaded): Promise<Snapshot> {
  const { status, phase, asset, operationId } = loaded.snapshot;
  const step = stepOf(engine, loaded);
  const outcome =
    status === 'recovering'
      ? await drivers[phase]?.enter(step, {})
      : status === 'needs_attention'
        ? resume(step, phase === 'mint' ? 'mint' : 'upload')
        : undefined;
  if (outcome?.kind !== 'append')
    throw new NftUpgradeError('retry_refused', { operationId, asset, details: { status } });
  const written = await write(engine, loaded, outcome, 'command');
  void drive.advance(operationId, written);
  return written.snapshot;
}
