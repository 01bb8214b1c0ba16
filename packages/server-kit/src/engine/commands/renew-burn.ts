import { NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery } from '../../http/operations.ts';
import { issueBurn } from '../../phases/burn/issue.ts';
import { lookAtBurn } from '../../phases/burn/look.ts';
import type { Engine } from '../context.ts';
import { type Drive, stepOf } from '../drive.ts';
import { write } from '../write.ts';
import { loadForCommand } from './load.ts';

/** A fresh burn transaction, once the chain has proved that the earlier ones cannot land. */
export async function renewBurn(
  engine: Engine,
  drive: Drive,
  query: OperationQuery,
): Promise<Snapshot> {
  const loaded = await loadForCommand(engine, query);
  const { status, asset, operationId } = loaded.snapshot;
  if (status !== 'awaiting_burn')
    throw new NftUpgradeError('burn_not_expected', { operationId, asset, details: { status } });
  const step = stepOf(engine, loaded);
  const look = await lookAtBurn(step);
  const over = look.sight === 'dead' || look.sight === 'failed';
  const attempts = await step.attempts.list('burn');
  // They ended before, and no fresh one could be made then.
  const settled =
    look.sight === 'untouched' && !look.stored && attempts.every(({ outcome }) => outcome !== null);
  if (!over && !settled) {
    void drive.advance(operationId);
    throw new NftUpgradeError('burn_still_valid', { operationId, asset });
  }
  const outcome = await issueBurn(step, over ? { ended: look } : {});
  if (outcome.kind !== 'append') return loaded.snapshot;
  const written = await write(engine, loaded, outcome, 'command');
  void drive.advance(operationId, written);
  return written.snapshot;
}
