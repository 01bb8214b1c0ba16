import { type NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Statement } from '../db/write-atomically.ts';
import { ALERTS, outboxStatement } from '../publish/outbox.ts';
import { storable } from '../text.ts';
import {
  append,
  backoff,
  failurePayload,
  next,
  type Outcome,
  type PhaseDriver,
  type Step,
  wait,
} from './driver.ts';

/**
 * Asks the host's rules, then lets every later phase try what could fail.
 * @param later the drivers of the phases that follow in the process
 */
export const preflightDriver = (later: (step: Step) => readonly PhaseDriver[]): PhaseDriver => ({
  enter: async (step) => append(step.loaded.process.initial),

  on: {
    async initializing(step) {
      const answer = await step.rules.qualify(step.operation);
      if (!answer.qualified) {
        return append('qualification_failed', {
          error: answer.error,
          code: 'not_qualified',
          retryable: false,
          actor: 'user',
          requirements: answer.requirements,
        });
      }
      const prospective = {
        ...step,
        operation: { ...step.operation, facts: { ...step.operation.facts, ...answer.facts } },
      };
      const parts: Statement[] = [];
      for (const driver of later(step)) {
        const part = await driver.preflight?.(prospective);
        if (part) parts.push(part);
      }
      return append(
        'qualification_verified',
        { ...answer.facts, message: 'Qualification verified' },
        { parts },
      );
    },
    qualification_verified: async () => next(),
  },

  failed(step, thrown) {
    const error = toNftUpgradeError(thrown, 'internal');
    if (error.retryable && step.failures < step.patience.maxPreflightAttempts)
      return wait(backoff(step, step.failures));
    const asked =
      step.loaded.snapshot.status === step.loaded.process.initial && error.actor === 'user';
    if (asked) return unqualified(error);
    return append('error', failurePayload(error), { parts: alertOf(step, error) });
  },
});

/** An answer of the host that is wrong is wrong for every user: people have to look. */
function alertOf(step: Step, { code, message, details }: NftUpgradeError): Statement[] {
  if (code !== 'port_answered_wrongly') return [];
  const alert = {
    severity: 'critical',
    summary: `${step.loaded.row.process} ended with an error: ${storable(message)}`,
    evidence: { code, ...details },
  };
  return [outboxStatement('alert', [alert], [ALERTS])];
}

/** What the user can mend is a requirement that is not met, not a failure of the server. */
function unqualified(error: NftUpgradeError): Outcome {
  const { required, actual } = error.details;
  const show = (value: unknown, otherwise: string) =>
    typeof value === 'number' || typeof value === 'string' ? value : otherwise;
  const requirement = {
    code: error.code,
    required: show(required, 'yes'),
    actual: show(actual, 'no'),
    message: error.hint,
  };
  return append('qualification_failed', { ...failurePayload(error), requirements: [requirement] });
}
