import { NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery } from '../../http/operations.ts';
import { issueBurn, observeBurn } from '../../phases/burn.ts';
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
  const seen = await observeBurn(step);
  if (seen.kind !== 'dead' && seen.kind !== 'failed') {
    void drive.advance(operationId);
    throw new NftUpgradeError('burn_still_valid', { operationId, asset });
  }
  const outcome = await issueBurn(step, seen);
  return outcome.kind === 'append'
    ? (await write(engine, loaded, outcome)).snapshot
    : loaded.snapshot;
}
