import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { heldOperation } from '../../journal/attempts.ts';
import { ALERTS } from '../../publish/outbox.ts';
import { type Outcome, type Step, wait } from '../driver.ts';
import { target } from '../target.ts';
import { noteUnboundBurn } from '../unbound-burn.ts';
import { passing } from './issue.ts';
import { type BurnLook, windowOf } from './look.ts';

/** How long nodes have to show what happened, before an alert. Milliseconds. */
const EXPLAINED_WITHIN_MS = 60_000;

/**
 * Waits for what nobody can explain, with one alert: at once where the chain has said
 * its last word, otherwise when it lasts.
 */
export async function callForBurn(step: Step, { seen }: BurnLook): Promise<Outcome> {
  const { status, updatedAt } = step.loaded.snapshot;
  const isFinal = seen.kind === 'gone' && seen.signature !== undefined;
  if (!isFinal && step.now() - Date.parse(updatedAt) <= EXPLAINED_WITHIN_MS) return wait('watch');
  const { mint, owner } = target(step);
  if (seen.kind === 'gone') {
    const { signature = mint, message } = seen;
    const summary = `${message} ${BY_HAND}`;
    await noteUnboundBurn(step, { mint, owner, memo: null, signature, slot: 0 }, summary);
  } else if (seen.kind === 'pending') {
    const { signature: burnTxSignature, unproven } = seen;
    await alertOnce(step, {
      severity: 'critical',
      summary: `${step.operation.process}: a burn cannot be proved. ${unproven}`,
      evidence: { status, mint, owner, burnTxSignature },
    });
  }
  return wait('watch');
}

const BY_HAND =
  'No burn that counts explains it, and its owner waits: decide with nft-upgrade burns list';

/**
 * The chain cannot be read for an operation: one alert, where that is no weather, or lasts beyond
 * the time that the user was given.
 */
export async function callForBlindness(step: Step, thrown: unknown): Promise<void> {
  if (!isNftUpgradeError(thrown) || ofTheDatabase.includes(thrown.code)) return;
  if (passing.includes(thrown.code) && windowOf(step) === 'open') return;
  const { status } = step.loaded.snapshot;
  await alertOnce(step, {
    severity: 'critical',
    summary: `${step.operation.process}: its burn cannot be looked for. ${thrown.message}`,
    evidence: { status, code: thrown.code, ...target(step) },
  });
}

const ofTheDatabase: readonly string[] = ['journal_conflict', 'database_unavailable'];

/**
 * The mark and the alert are one statement, so none comes twice, and no crash swallows it. A step
 * that comes late says nothing.
 */
const alertOnce = ({ loaded: { row }, read }: Step, alert: object): Promise<unknown> =>
  read(
    `with held as (${heldOperation}),
     marked as (
       insert into nft_upgrade.attempt (operation_id, kind, attempt, data)
         select id, 'alert', 1, $4::jsonb from held on conflict do nothing returning operation_id),
     written as (
       insert into nft_upgrade.outbox (operation_id, topic, data)
         select operation_id, 'alert', $4::jsonb from marked returning id, operation_id)
     insert into nft_upgrade.delivery (sink, outbox_id, operation_id)
       select $5, id, operation_id from written`,
    [row.id, row.seq, row.lease, alert, ALERTS],
    'nft_upgrade_alert_burn',
  );
