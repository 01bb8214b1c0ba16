import { randomUUID } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from '../db/db.ts';
import type { Statement } from '../db/write-atomically.ts';
import { ALERTS, outboxStatement } from '../publish/outbox.ts';
import {
  append,
  backoff,
  failurePayload,
  type Outcome,
  type PhaseDriver,
  type Step,
  wait,
} from './driver.ts';

/**
 * Retries of a step until it succeeds, or until people have to look: the part that metadata and
 * mint share.
 * @param names.failed status that reports a failed attempt
 * @param names.step name of the step in `recovering`
 * @param enter begins the step again
 */
export function recoveryDriver(
  names: { failed: string; step: 'upload' | 'mint' },
  enter: PhaseDriver['enter'],
): Pick<PhaseDriver, 'failed'> & { on: PhaseDriver['on'] } {
  return {
    failed(step, error) {
      const { status } = step.loaded.snapshot;
      // Only a running attempt can fail in public. An error while waiting, such as a database that
      // is away, is tried again in silence.
      if (!step.loaded.process.statuses[status]?.to.includes(names.failed))
        return wait(backoff(step, step.failures));
      const { maxAttempts } = step.patience;
      const attempt = Math.min(failuresSoFar(step, names.failed) + 1, maxAttempts);
      const retryAction = names.step === 'mint' ? { retryAction: 'retry_mint_only' } : {};
      return append(names.failed, {
        ...failurePayload(error),
        attempt,
        maxAttempts,
        ...retryAction,
      });
    },
    on: {
      async [names.failed](step) {
        const attempt = failuresSoFar(step, names.failed);
        const { maxAttempts } = step.patience;
        if (attempt >= maxAttempts || step.loaded.snapshot.now.retryable !== true)
          return needsAttention(step);
        const pause = backoff(step, attempt - 1);
        return append('recovering', {
          step: names.step,
          attempt,
          maxAttempts,
          retryAt: new Date(step.now() + pause).toISOString(),
        });
      },
      async recovering(step) {
        const left = Date.parse(String(step.loaded.snapshot.now.retryAt)) - step.now();
        // No pause is longer than the longest: the clock was set back.
        return left > 0 && left <= step.patience.retryMaxMs ? wait(left) : enter(step, {});
      },
      needs_attention: compensateIfDecided,
    },
  };
}

/** Failed attempts since people last looked: an operator's retry begins with a fresh budget. */
function failuresSoFar(step: Step, failed: string): number {
  const statuses = step.loaded.events.map((event) => event.status);
  return statuses
    .slice(statuses.lastIndexOf('needs_attention') + 1)
    .filter((status) => status === failed).length;
}

/**
 * The obligation is written down, an alert goes out, and the user learns that the NFT is owed. One
 * transaction.
 */
function needsAttention(step: Step): Outcome {
  const { now, asset, facts } = step.loaded.snapshot;
  const compensationId = `cmp_${randomUUID().replaceAll('-', '')}`;
  const { error, code, retryable, actor } = now as unknown as ReturnType<typeof failurePayload> & {
    error: string;
  };
  const userMessage =
    asset === 'burned_owed'
      ? 'Your old NFT is burned and the new one is owed to you. Our team has been notified ' +
        'and will deliver it.'
      : 'A technical problem stopped the delivery. Your wallet is untouched, and our team has ' +
        'been notified.';
  const payload = {
    error,
    code,
    retryable,
    actor,
    compensationId,
    requiresSupport: true,
    userMessage,
  };
  const evidence = { code, error, facts, since: step.loaded.snapshot.updatedAt };
  const alert = {
    severity: 'critical',
    summary: `${step.operation.process} needs attention: ${code}`,
    evidence,
  };
  // A second visit finds the obligation of the first: one obligation an operation, whatever happens
  // in between.
  const obligation: Statement = {
    text: `obligation as (
      insert into nft_upgrade.obligation as o (operation_id, compensation_id, evidence)
        select id, $1, $2::jsonb from updated
        on conflict (operation_id) do update set kind = 'delivery', opened_at = clock_timestamp(),
          compensation_id = excluded.compensation_id, evidence = excluded.evidence,
          alarmed_at = null where o.kind <> 'delivery')`,
    values: [compensationId, evidence],
  };
  return append('needs_attention', payload, {
    parts: [obligation, outboxStatement('alert', [alert], [ALERTS])],
  });
}

/**
 * An operator settled the obligation in another way: the payment is made, and published. Until then
 * the obligation waits for people.
 */
async function compensateIfDecided(step: Step): Promise<Outcome> {
  const { id, process, principal } = step.operation;
  const [obligation] = await step.read<{
    compensation_id: string;
    evidence: Record<string, unknown>;
  }>(
    `select compensation_id, evidence from nft_upgrade.obligation where operation_id = $1
      and settlement = 'compensated'`,
    [id],
  );
  if (!obligation || !step.compensator) return wait('watch');
  const { kind } = await step.compensator.settle({
    compensationId: obligation.compensation_id,
    operationId: id,
    process,
    principal,
    evidence: obligation.evidence,
  });
  return append('compensated', {
    compensation: {
      id: obligation.compensation_id,
      kind,
      settledAt: new Date(step.now()).toISOString(),
    },
  });
}

/** The step is tried again, with a fresh budget, although people are waited for. */
export const resume = (
  step: Step,
  which: 'upload' | 'mint',
): Extract<Outcome, { kind: 'append' }> =>
  append(
    'recovering',
    {
      step: which,
      attempt: 1,
      maxAttempts: step.patience.maxAttempts,
      retryAt: new Date(step.now()).toISOString(),
    },
    { also: (sql) => refuseCompensated(sql, step.operation.id) },
  );

/**
 * An obligation that is settled in another way must not be delivered as well. The row is locked
 * until the retry is written.
 */
async function refuseCompensated(sql: Sql, operationId: string): Promise<void> {
  const [obligation] = await sql<{ settlement: string | null }>(
    'select settlement from nft_upgrade.obligation where operation_id = $1 for update',
    [operationId],
  );
  if (obligation?.settlement === 'compensated')
    throw new NftUpgradeError('retry_refused', {
      operationId,
      details: { settlement: 'compensated' },
    });
}
