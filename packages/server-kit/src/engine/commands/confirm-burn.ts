import { type ConfirmBurn, isErrorCode, NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery } from '../../http/operations.ts';
import { burnAttempts } from '../../phases/burn.ts';
import { append } from '../../phases/driver.ts';
import { needChain } from '../../phases/plan.ts';
import type { SignedBurn } from '../../ports/chain.ts';
import type { Engine } from '../context.ts';
import { type Drive, stepOf } from '../drive.ts';
import { write } from '../write.ts';
import { loadOwned } from './load.ts';

/**
 * Takes a burn: signed bytes, which are judged, stored and only then sent, or the signature of one that the wallet has sent itself. Either is a hint that
 * is worth a look at the chain; neither is believed. A repeat of the same burn is welcome at any time.
 */
export async function confirmBurn(
  engine: Engine,
  drive: Drive,
  query: OperationQuery & { confirmation: ConfirmBurn },
): Promise<{ burnTxSignature: string; snapshot: Snapshot }> {
  const loaded = await loadOwned(engine, query);
  const step = stepOf(engine, loaded);
  const { id } = loaded.row;
  const attempts = await burnAttempts(step);
  const { confirmation } = query;
  if (attempts.length === 0) throw notExpected(loaded.snapshot);

  const signed: SignedBurn | null =
    'signedTransaction' in confirmation ? await needChain(step).burn.accept(confirmation.signedTransaction, attempts) : null;
  const signature = signed ? signed.signature : 'burnTxSignature' in confirmation ? confirmation.burnTxSignature : '';

  const known = (await engine.attempts.signatures(id)).find((row) => row.signature === signature);
  if (known && loaded.snapshot.status !== 'awaiting_burn') return { burnTxSignature: signature, snapshot: loaded.snapshot };
  if (loaded.snapshot.status !== 'awaiting_burn' && loaded.snapshot.status !== 'verifying_burn') throw notExpected(loaded.snapshot);
  if (!signed) await refuseWrongReport(engine, step, signature);

  const remember = (sql: Parameters<typeof engine.attempts.addSignature>[0]) => engine.attempts.addSignature(sql, id, signature, signed);
  let snapshot = loaded.snapshot;
  if (snapshot.status === 'awaiting_burn') {
    const event = append(
      'verifying_burn',
      {
        burnTxSignature: signature,
        commitment: 'none',
        message: 'Looking for the burn on the chain',
        ...(signed?.changes?.length && { walletChanges: signed.changes }),
      },
      remember,
    );
    if (event.kind === 'append') snapshot = (await write(engine, loaded, event)).snapshot;
  } else {
    await engine.db.tx(remember);
  }
  // Stored first, sent second: a crash between the two leaves bytes that the next look sends.
  if (signed) await needChain(step).burn.broadcast(signed).catch(engine.onError);
  void drive.advance(id);
  return { burnTxSignature: signature, snapshot };
}

/** A report that the chain already contradicts is refused with its own code, and noted down. */
async function refuseWrongReport(engine: Engine, step: ReturnType<typeof stepOf>, signature: string): Promise<void> {
  const seen = await needChain(step).burn.observe({ attempts: await burnAttempts(step), signatures: [signature] });
  if (seen.kind !== 'refused' || seen.signature !== signature) return;
  await engine.db.tx((sql) => engine.attempts.refuseSignature(sql, step.operation.id, signature, seen.code));
  throw new NftUpgradeError(isErrorCode(seen.code) ? seen.code : 'burn_missing', {
    message: seen.message,
    operationId: step.operation.id,
    asset: step.operation.asset,
  });
}

const notExpected = ({ status, asset, operationId }: Snapshot) =>
  new NftUpgradeError('burn_not_expected', { operationId, asset, details: { status } });
