import { assets } from '../../protocol/asset.ts';
import { type Check, check } from '../check.ts';
import { codeOf, member, told } from '../exchange.ts';
import { given, must } from '../outcome.ts';
import type { Live, World } from '../world.ts';
import { refused } from './requests.ts';
import { readSnapshot } from './start.ts';

/** A signature of the right shape that belongs to no transaction of anybody. */
const signature = '1'.repeat(64);

const command = (
  world: World,
  { id }: Live,
  route: 'cancel' | 'retry' | 'burn-transaction',
  body: unknown = {},
) =>
  world.send({ method: 'POST', path: world.routes.of(id, route), ...(body !== null && { body }) });

const confirm = (world: World, { id }: Live, body: object) =>
  world.send({ method: 'PATCH', path: world.routes.of(id, 'confirm-burn'), body });

export const commandChecks: readonly Check[] = [
  check('P-COMMAND-01', 'live', async (world) => {
    const live = await world.live();
    const both = { burnTxSignature: signature, signedTransaction: 'AQID' };
    for (const body of [
      {},
      both,
      { burnTxSignature: 'not base58!' },
      { burnTxSignature: signature, more: 1 },
    ])
      refused(await confirm(world, live, body), 422, 'invalid_request');
  }),
  check('P-COMMAND-02', 'ended', async (world) => {
    refused(
      await confirm(world, await world.ended(), { burnTxSignature: signature }),
      409,
      'burn_not_expected',
    );
  }),
  check('P-COMMAND-03', 'live', async (world) => {
    const answer = await command(world, await world.waiting(), 'burn-transaction');
    refused(answer, 409, ['burn_still_valid', 'burn_not_expected']);
  }),
  check('P-COMMAND-03', 'ended', async (world) => {
    refused(
      await command(world, await world.ended(), 'burn-transaction'),
      409,
      'burn_not_expected',
    );
  }),
  check('P-COMMAND-06', 'live', async (world) =>
    refused(await command(world, await world.live(), 'retry'), 409, 'retry_refused'),
  ),
  check('P-COMMAND-07', 'live', async (world) => {
    const live = await world.live();
    for (const body of [null, {}]) {
      const answer = await command(world, live, 'retry', body);
      const bad = [400, 411, 415, 422].includes(answer.status);
      must(
        !bad,
        `a command ${body ? 'with an empty object' : 'without a body'} was answered with ` +
          `${answer.status} ${String(codeOf(answer))}`,
      );
    }
    const list = await command(world, live, 'retry', []);
    must(list.status === 422, `${told(list)} for a list as its body, instead of 422`);
  }),
  check(
    'P-ERROR-02',
    'live',
    async (world) => {
      const live = await world.live();
      const { json } = await command(world, live, 'retry');
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
  check('P-COMMAND-04', 'ended', async (world) => {
    await world.live();
    const answer = await world.cancel();
    const from = world.options.process.statuses[world.cancelledFrom()];
    given(
      from?.nowKeys.includes('burnTransaction'),
      'the operation did not wait for its user when it was cancelled',
    );
    must(answer.status === 202, `${told(answer)} instead of 202`);
    const { status } = readSnapshot(world, answer.json);
    must(
      status === 'cancelled' || status === 'cancelling',
      `after the cancel the operation is ${status}`,
    );
    const last = (await world.ended()).status();
    must(last === 'cancelled', `after the cancel the operation ended as ${last}`);
  }),
  check('P-COMMAND-05', 'ended', async (world) => {
    const live = await world.ended();
    given(live.status() === 'cancelled', `the operation is ${live.status()}`);
    const before = await world.send({ path: world.routes.operation(live.id) });
    const answer = await command(world, live, 'cancel');
    if (answer.status !== 202) refused(answer, 409, 'cancel_refused');
    const after = await world.send({ path: world.routes.operation(live.id) });
    must(
      member(before.json, 'seq') === member(after.json, 'seq'),
      'a repeated cancel changed the operation',
    );
  }),
];
