import { status } from '../machine/define.ts';
import * as s from '../schema/index.ts';
import { failure, instant } from './fields.ts';

const attempts = { attempt: s.int({ min: 1 }), maxAttempts: s.int({ min: 1 }) };

/**
 * The statuses of a step that is retried until it succeeds. Two phases with the same recovery share `recovering`, `needs_attention` and
 * `compensated`; what may follow is then the union.
 * @param failed name of the status that reports a failed attempt
 * @param working status in which the step is attempted again
 */
export const recovery = <const Failed extends string>(failed: Failed, working: string) =>
  ({
    ...({ [failed]: failedStatus } as Record<Failed, typeof failedStatus>),
    recovering: status('kept', 'carried', {
      now: { step: s.choice('upload', 'mint'), ...attempts, retryAt: instant },
      to: [working, 'needs_attention'],
    }),
    needs_attention: status('kept', 'carried', {
      now: { ...failure, compensationId: s.string(), requiresSupport: s.choice(true), userMessage: s.string() },
      to: ['recovering', 'compensated'],
    }),
    compensated: status('kept', 'delivered', {
      facts: { compensation: s.loose({ id: s.string(), kind: s.string(), settledAt: instant }) },
    }),
  }) as const;

const failedStatus = status('kept', 'carried', {
  now: { ...failure, ...attempts, retryAction: s.optional(s.string()) },
  to: ['recovering', 'needs_attention'],
});
