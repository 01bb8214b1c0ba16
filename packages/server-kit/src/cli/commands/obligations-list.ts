import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { listObligations } from '../../engine/obligations/read.ts';
import type { Command } from '../command.ts';
import { duration, table } from '../table.ts';

export const obligationsList: Command = {
  name: ['obligations', 'list'],
  usage: '[--all] [--limit 100]',
  summary: 'who is owed what, since when, and why',
  flags: { all: { type: 'boolean' }, limit: { type: 'string' } },
  async run({ db, flags }) {
    const limit = Number(flags.limit ?? 100);
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new NftUpgradeError('invalid_option', {
        message: '--limit has to be a whole number from 1.',
      });
    const data = await listObligations(db, { all: flags.all === true, limit });
    const rows = data.map((obligation) => [
      obligation.operationId,
      obligation.process,
      duration(obligation.ageMs),
      typeof obligation.evidence.code === 'string' ? obligation.evidence.code : '',
      obligation.principal,
      obligation.settlement ?? 'open',
    ]);
    return {
      data,
      text:
        rows.length === 0
          ? 'Nothing is owed.'
          : table(['operation', 'process', 'age', 'reason', 'user', 'settlement'], rows),
    };
  },
};
