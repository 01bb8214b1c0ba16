import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  awaitOutcome,
  type OperatorAction,
  requestAction,
} from '../../engine/obligations/requests.ts';
import type { Command } from '../command.ts';

/**
 * Retry and compensate differ in one word: both are written down, and a node that has the keys
 * carries them out.
 */
const act = (action: OperatorAction, summary: string): Command => ({
  name: ['obligations', action],
  usage: '<operation id> [--wait seconds]',
  summary,
  arguments: 1,
  flags: { wait: { type: 'string' } },
  async run({ db, args: [operationId = ''], flags, environment }) {
    const seconds = Number(flags.wait ?? 30);
    if (!(seconds >= 0))
      throw new NftUpgradeError('invalid_option', {
        message: '--wait has to be a number of seconds.',
      });
    const by = environment.USER ?? environment.USERNAME ?? 'operator';
    const id = await requestAction(db, { operationId, action, by });
    const outcome = await awaitOutcome(db, id, seconds * 1_000);
    const data = { request: id, operationId, action, outcome };
    if (!outcome)
      return {
        data,
        exitCode: 1,
        text:
          `Request ${id} is written down, and no node has carried it out yet. Is a server ` +
          'running on this database?',
      };
    if (!outcome.ok)
      return { data, exitCode: 1, text: `${outcome.message} ${outcome.hint} (${outcome.code})` };
    return { data, text: `Done. The operation is ${outcome.status} now.` };
  },
});

export const obligationsRetry = act('retry', 'try the delivery again, with a fresh budget');
export const obligationsCompensate = act(
  'compensate',
  'settle it in another way; refused while a mint may still land',
);
