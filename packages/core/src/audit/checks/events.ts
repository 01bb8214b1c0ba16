import { follows } from '../../machine/reduce.ts';
import type { OperationEvent } from '../../machine/types.ts';
import { parseEvent } from '../../protocol/event.ts';
import { type Check, check } from '../check.ts';
import type { AuditContext } from '../context.ts';
import { must, wrongIn } from '../outcome.ts';

const each =
  (
    run: (context: AuditContext, event: OperationEvent, before: OperationEvent | undefined) => void,
  ) =>
  async (context: AuditContext) => {
    const live = await context.live();
    for (const [index, event] of live.events().entries())
      run(context, event, live.events()[index - 1]);
  };

const rules: readonly (readonly [rule: string, run: Check['run'], needs?: readonly string[]])[] = [
  [
    'P-EVENT-01',
    each(({ options }, event) => {
      try {
        parseEvent(options.process, event);
      } catch (thrown) {
        must(false, `event ${String(event.seq)} (${event.status}): ${wrongIn(thrown)}`);
      }
    }),
  ],
  [
    'P-EVENT-02',
    each((_, event, before) => {
      const expected = (before?.seq ?? 0) + 1;
      must(event.seq === expected, `event ${event.seq} came where ${expected} was due`);
    }),
  ],
  [
    'P-EVENT-03',
    each(({ options: { process } }, event, before) => {
      const legal = before
        ? follows(process, before.status, event.status)
        : event.status === process.initial;
      must(
        legal || !Object.hasOwn(process.statuses, event.status),
        `${event.status} came after ${before?.status ?? 'nothing'}`,
      );
    }),
    ['P-EVENT-02'],
  ],
  [
    'P-EVENT-04',
    each((_, event, before) =>
      must(
        !before || event.progress >= before.progress,
        `progress went from ${before?.progress} to ${event.progress}`,
      ),
    ),
  ],
  [
    'P-EVENT-05',
    each(({ options: { process } }, event) => {
      const asset = process.statuses[event.status]?.asset;
      must(
        asset === undefined || event.asset === asset,
        `${event.status} says “${event.asset}” instead of “${asset}”`,
      );
    }),
  ],
  [
    'P-EVENT-06',
    each(({ options: { process } }, event) => {
      if (process.idAlias === undefined) return;
      must(
        event[process.idAlias] === event.operationId,
        `event ${event.seq} has ${process.idAlias} ${String(event[process.idAlias])}`,
      );
    }),
  ],
];

/**
 * Every rule about events, while the operation waits and once more when its log is as long as it
 * gets.
 */
export const eventChecks: readonly Check[] = (['live', 'ended'] as const).flatMap((stage) =>
  rules.map(([rule, run, needs]) => check(rule, stage, run, needs)),
);
