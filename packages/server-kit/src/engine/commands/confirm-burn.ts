import {
  type ConfirmBurn,
  isErrorCode,
  NftUpgradeError,
  type Snapshot,
} from '@aiw3/nft-upgrade/protocol';
import { alone, type Statement, writeAtomically } from '../../db/write-atomically.ts';
import type { OperationQuery } from '../../http/operations.ts';
import { burnAttempts } from '../../phases/burn/look.ts';
import { append, type Step } from '../../phases/driver.ts';
import { needChain } from '../../phases/plan.ts';
import type { BurnAttempt, SignedBurn } from '../../ports/chain.ts';
import type { Engine } from '../context.ts';
import { type Drive, stepOf } from '../drive.ts';
import { write } from '../write.ts';
import { loadForCommand } from './load.ts';

/**
 * Takes a burn: signed bytes, which are judged, stored and only then sent, or the signature of one
 * that the wallet has sent itself. Either is a hint that is worth a look at the chain; neither is
 * believed. A repeat of the same burn is welcome at any time.
 */
export async function confirmBurn(
  engine: Engine,
  drive: Drive,
  query: OperationQuery & { confirmation: ConfirmBurn },
): Promise<{ burnTxSignature: string; snapshot: Snapshot }> {
  const { operationId: id, confirmation } = query;
  const loaded = await loadForCommand(engine, query, true);
  const step = stepOf(engine, loaded);
  const handedOut = await burnAttempts(step);
  if (handedOut.length === 0) throw notExpected(loaded.snapshot);

  const signed: SignedBurn | null =
    'signedTransaction' in confirmation
      ? await needChain(step).burn.accept(confirmation.signedTransaction, handedOut)
      : null;
  const signature = signed
    ? signed.signature
    : 'burnTxSignature' in confirmation
      ? confirmation.burnTxSignature
      : '';

  const known = (await step.attempts.signatures()).some((row) => row.signature === signature);
  const { status } = loaded.snapshot;
  if (known && status !== 'awaiting_burn')
    return { burnTxSignature: signature, snapshot: loaded.snapshot };
  if (status !== 'awaiting_burn' && status !== 'verifying_burn') throw notExpected(loaded.snapshot);
  if (!signed) await refuseWrongReport(step, handedOut, signature);

  const remember = step.attempts.signature(signature, signed);
  const written =
    status === 'awaiting_burn'
      ? await write(engine, loaded, looking(signature, signed, remember), 'command')
      : null;
  if (!written) await writeAtomically(engine.db.sql, alone(id), [remember]);
  // Stored first, sent second: a crash between the two leaves bytes that the next look sends.
  if (signed) await needChain(step).burn.broadcast(signed).catch(engine.onError);
  void drive.advance(id, written ?? undefined);
  return { burnTxSignature: signature, snapshot: (written ?? loaded).snapshot };
}

const looking = (signature: string, signed: SignedBurn | null, remember: Statement) =>
  append(
    'verifying_burn',
    {
      burnTxSignature: signature,
      commitment: 'none',
      message: 'Looking for the burn on the chain',
      ...(signed?.changes?.length && { walletChanges: signed.changes }),
    },
    { parts: [remember] },
  );

/** A report that the chain already contradicts is refused with its own code, and noted down. */
async function refuseWrongReport(
  step: Step,
  attempts: readonly BurnAttempt[],
  signature: string,
): Promise<void> {
  const seen = await needChain(step).burn.observe({ attempts, signatures: [signature] });
  if (seen.kind !== 'refused' || seen.signature !== signature) return;
  await step.attempts.refuseSignature(signature, seen.code);
  throw new NftUpgradeError(isErrorCode(seen.code) ? seen.code : 'burn_missing', {
    message: seen.message,
    operationId: step.operation.id,
    asset: step.operation.asset,
  });
}

const notExpected = ({ status, asset, operationId }: Snapshot) =>
  new NftUpgradeError('burn_not_expected', { operationId, asset, details: { status } });
