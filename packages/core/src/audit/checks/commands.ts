import { assets } from '../../protocol/asset.ts';
import { type Check, check } from '../check.ts';
import type { AuditContext, Live } from '../context.ts';
import { codeOf, member, summaryOf } from '../exchange.ts';
import { given, must } from '../outcome.ts';
import { refused } from './requests.ts';
import { readSnapshot } from './start.ts';

/** A signature of the right shape that belongs to no transaction of anybody. */
const signature = '1'.repeat(64);

const command = (
  context: AuditContext,
  { id }: Live,
  route: 'cancel' | 'retry' | 'burn-transaction',
  body: unknown = {},
) =>
  context.send({
    method: 'POST',
    path: context.routes.of(id, route),
    ...(body !== null && { body }),
  });

const confirm = (context: AuditContext, { id }: Live, body: object) =>
  context.send({ method: 'PATCH', path: context.routes.of(id, 'confirm-burn'), body });

export const commandChecks: readonly Check[] = [
  check('P-COMMAND-01', 'live', async (context) => {
    const live = await context.live();
    const both = { burnTxSignature: signature, signedTransaction: 'AQID' };
    for (const body of [
      {},
      both,
      { burnTxSignature: 'not base58!' },
      { burnTxSignature: signature, more: 1 },
    ])
      refused(await confirm(context, live, body), 422, 'invalid_request');
  }),
  check('P-COMMAND-02', 'ended', async (context) => {
    refused(
      await confirm(context, await context.ended(), { burnTxSignature: signature }),
      409,
      'burn_not_expected',
    );
  }),
  check('P-COMMAND-03', 'live', async (context) => {
    const answer = await command(context, await context.waiting(), 'burn-transaction');
    refused(answer, 409, ['burn_still_valid', 'burn_not_expected']);
  }),
  check('P-COMMAND-03', 'ended', async (context) => {
    refused(
      await command(context, await context.ended(), 'burn-transaction'),
      409,
      'burn_not_expected',
    );
  }),
  check('P-COMMAND-06', 'live', async (context) =>
    refused(await command(context, await context.live(), 'retry'), 409, 'retry_refused'),
  ),
  check('P-COMMAND-07', 'live', async (context) => {
    const live = await context.live();
    for (const body of [null, {}]) {
      const answer = await command(context, live, 'retry', body);
      const bad = [400, 411, 415, 422].includes(answer.status);
      must(
        !bad,
        `a command ${body ? 'with an empty object' : 'without a body'} was answered with ` +
          `${answer.status} ${String(codeOf(answer))}`,
      );
    }
    const list = await command(context, live, 'retry', []);
    must(list.status === 422, `${summaryOf(list)} for a list as its body, instead of 422`);
  }),
  check(
    'P-ERROR-02',
    'live',
    async (context) => {
      const live = await context.live();
      const { json } = await command(context, live, 'retry');
      given(codeOf({ json } as never) === 'retry_refused', 'the retry was not refused');
      must(
        member(json, 'operationId') === live.id,
        `operationId of a refusal is ${String(member(json, 'operationId'))}`,
      );
      const asset = member(json, 'asset');
      must(
        assets.some((one) => one === asset),
        `asset of a refusal is ${String(asset)}`,
      );
    },
    ['P-COMMAND-06'],
  ),
  check('P-COMMAND-04', 'ended', async (context) => {
    await context.live();
    const answer = await context.cancel();
    const from = context.options.process.statuses[context.cancelledFrom()];
    given(
      from?.nowKeys.includes('burnTransaction'),
      'the operation did not wait for its user when it was cancelled',
    );
    must(answer.status === 202, `${summaryOf(answer)} instead of 202`);
    const { status } = readSnapshot(context, answer.json);
    must(
      status === 'cancelled' || status === 'cancelling',
      `after the cancel the operation is ${status}`,
    );
    const last = (await context.ended()).status();
    must(last === 'cancelled', `after the cancel the operation ended as ${last}`);
  }),
  check('P-COMMAND-05', 'ended', async (context) => {
    const live = await context.ended();
    given(live.status() === 'cancelled', `the operation is ${live.status()}`);
    const before = await context.send({ path: context.routes.operation(live.id) });
    const answer = await command(context, live, 'cancel');
    if (answer.status !== 202) refused(answer, 409, 'cancel_refused');
    const after = await context.send({ path: context.routes.operation(live.id) });
    must(
      member(before.json, 'seq') === member(after.json, 'seq'),
      'a repeated cancel changed the operation',
    );
  }),
];
