import * as z from 'zod/mini';
import { status } from '../machine/define.ts';
import { failure, instant } from './fields.ts';

const attempts = { attempt: z.int().check(z.positive()), maxAttempts: z.int().check(z.positive()) };

/**
 * The statuses of a step that is retried until it succeeds. Two phases with the same recovery share
 * `recovering`, `needs_attention` and `compensated`; what may follow is then the union.
 * @param failed name of the status that reports a failed attempt
 * @param working status in which the step is attempted again
 */
export const recovery = <const Failed extends string>(failed: Failed, working: string) =>
  ({
    ...({ [failed]: failedStatus } as Record<Failed, typeof failedStatus>),
    recovering: status('kept', 'inherited', {
      now: { step: z.enum(['upload', 'mint']), ...attempts, retryAt: instant },
      to: [working, 'needs_attention'],
    }),
    needs_attention: status('kept', 'inherited', {
      now: {
        ...failure,
        compensationId: z.string(),
        requiresSupport: z.literal(true),
        userMessage: z.string(),
      },
      to: ['recovering', 'compensated'],
    }),
    compensated: status('kept', 'delivered', {
      facts: {
        compensation: z.looseObject({ id: z.string(), kind: z.string(), settledAt: instant }),
      },
    }),
  }) as const;

const failedStatus = status('kept', 'inherited', {
  now: { ...failure, ...attempts, retryAction: z.optional(z.string()) },
  to: ['recovering', 'needs_attention'],
});
