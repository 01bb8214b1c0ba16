import { NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery } from '../../http/operations.ts';
import { burnAttempts } from '../../phases/burn/look.ts';
import { append } from '../../phases/driver.ts';
import type { Engine } from '../context.ts';
import { type Drive, stepOf } from '../drive.ts';
import { write } from '../write.ts';
import { loadForCommand } from './load.ts';

/**
 * Asks for a cancel. Before a burn transaction was handed out it takes effect at once; after that
 * the operation is `cancelling` until the transaction has provably died, or has landed after all.
 * @throws NftUpgradeError `cancel_refused` past the point of no return
 */
export async function cancel(
  engine: Engine,
  drive: Drive,
  query: OperationQuery,
): Promise<Snapshot> {
  const loaded = await loadForCommand(engine, query);
  const { status, asset, operationId } = loaded.snapshot;
  if (status === 'cancelling' || status === 'cancelled') return loaded.snapshot;
  const to = loaded.process.statuses[status]?.to ?? [];
  const handedOut = await burnAttempts(stepOf(engine, loaded));
  const until = Math.max(0, ...handedOut.map((attempt) => attempt.lastValidBlockHeight));
  const outcome = to.includes('cancelling')
    ? append('cancelling', {
        until,
        message: 'Cancelling. Waiting until the burn transaction can no longer land.',
      })
    : to.includes('cancelled')
      ? append('cancelled', { message: 'Cancelled' })
      : null;
  if (outcome?.kind !== 'append')
    throw new NftUpgradeError('cancel_refused', { operationId, asset, details: { status } });
  const written = await write(engine, loaded, outcome, 'command');
  void drive.advance(operationId, written);
  return written.snapshot;
}
