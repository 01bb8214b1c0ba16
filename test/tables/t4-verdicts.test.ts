import { expect } from 'vitest';
import { assets } from '../../packages/core/src/protocol/asset.ts';
import { type Answer, answers, CODE, isProblem, senders } from './t4/answers.ts';
import { openEnvironment, type Request, requests } from './t4/environment.ts';
import {
  expectArrival,
  expectHealing,
  expectJudgement,
  expectRefusal,
  expectRejection,
  FAULT_MS,
} from './t4/outcomes.ts';
import { axis, axisBy, each, type Table } from './table.ts';
import { testTable } from './test-table.ts';

/**
 * - `heals`: nothing is over; shown within 30 s of fair weather, streamed within five minutes
 * - `pauses`: the same, and the screen asks to sign in meanwhile
 * - `refused`: the start is over, the next one is another
 * - `arrives`: what was signed is handed over until it is there
 * - `judged`: what was signed is refused, and may be signed again
 * - `rejects`, `signs_in`, `unread`, `lost`: the call is over; by the server, for want of a token,
 *   by an answer of the server that nobody can read, or unknown
 */
type Outcome =
  | 'heals'
  | 'pauses'
  | 'refused'
  | 'arrives'
  | 'judged'
  | 'rejects'
  | 'signs_in'
  | 'unread'
  | 'lost';

const byAsset = (outcome: Outcome) => each(assets, outcome);
const bySender = (own: Outcome, other: Outcome) => ({
  ...each(['server', 'problem'], byAsset(own)),
  ...each(['stored', 'foreign'], byAsset(other)),
});
const same = (outcome: Outcome) => bySender(outcome, outcome);

const reading = {
  ...each(
    ['redirect', 'refusal', 'forbidden', 'missing', 'later', 'failure', 'nothing', 'silence'],
    same('heals'),
  ),
  unauthorized: same('pauses'),
};
const calling = {
  ...each(['redirect', 'silence'], same('lost')),
  ...each(['refusal', 'forbidden', 'missing', 'later', 'failure'], bySender('rejects', 'lost')),
  nothing: bySender('unread', 'lost'),
  unauthorized: same('signs_in'),
};

const axes = [
  axis('request', requests),
  axisBy('answer', Object.keys(answers) as Answer[], (answer) => answers[answer]),
  axis('sender', senders),
  axis('asset', assets),
] as const;

const codes: Partial<Record<Outcome, readonly string[]>> = {
  rejects: [CODE],
  signs_in: ['unauthenticated'],
  unread: ['invalid_frame', 'invalid_event'],
  lost: ['connection_lost'],
};
const early: readonly Request[] = ['start', 'repeated', 'confirm', 'active'];

const table: Table<typeof axes, Outcome> = {
  name: 'T4',
  axes,
  decisions: {
    start: {
      ...reading,
      ...each(['refusal', 'forbidden', 'missing'], bySender('refused', 'heals')),
    },
    repeated: reading,
    follow: reading,
    page: reading,
    confirm: {
      ...each(
        [
          'redirect',
          'forbidden',
          'missing',
          'unauthorized',
          'later',
          'failure',
          'nothing',
          'silence',
        ],
        same('arrives'),
      ),
      refusal: bySender('judged', 'arrives'),
    },
    ...each(['cancel', 'retry', 'active'], calling),
  },
  impossible({ request, answer, sender, asset }) {
    if (early.includes(request) && asset !== 'safe')
      return 'It is asked before anything has happened to the NFT.';
    if (answers[answer] === 'silence' && sender !== 'foreign')
      return 'Nothing came: there is nothing to carry a header.';
    return sender === 'problem' && !isProblem(answer) ? 'Only refusals are problems.' : null;
  },
  suites: 'request',
  async run({ request, answer, sender, asset }, outcome, struck) {
    const environment = openEnvironment(request, asset, struck);
    const { time, client } = environment;
    const starts = request === 'start' || request === 'repeated';
    if (starts || request === 'active') environment.breakWith(answer, sender);
    else environment.reach(asset);
    const operation =
      request === 'active' ? null : starts ? environment.start() : environment.attach();
    await time.advance(starts ? 0 : 20_000);
    if (!starts) environment.breakWith(answer, sender);
    const calls: Partial<Record<Request, () => Promise<unknown> | undefined>> = {
      active: () => client.upgrade.active(),
      confirm: () => operation?.sign(),
      cancel: () => operation?.cancel(),
      retry: () => operation?.retry(),
    };
    const call = Promise.resolve(calls[request]?.());
    call.catch(() => undefined);
    await time.advance(FAULT_MS);

    const rejection = codes[outcome];
    if (rejection) await expectRejection(environment, operation, call, rejection);
    else if (operation === null) expect.unreachable();
    else if (outcome === 'refused') await expectRefusal(environment, operation);
    else if (outcome === 'judged') await expectJudgement(environment, operation, call);
    else if (outcome === 'arrives') await expectArrival(environment, call);
    else {
      const { state } = operation.getSnapshot().connection;
      if (outcome === 'pauses') expect(state).toBe('auth_required');
      await expectHealing(environment, operation, request !== 'page');
    }
    await environment.close();
  },
};

testTable(table);
