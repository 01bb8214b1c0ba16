import { listObligations } from '../../engine/obligations/read.ts';
import type { Command } from '../command.ts';
import { limitOf } from '../numbers.ts';
import { duration, table } from '../table.ts';

export const obligationsList: Command = {
  name: ['obligations', 'list'],
  usage: '[--all] [--limit 100]',
  summary: 'who is owed what, since when, and why',
  flags: { all: { type: 'boolean' }, limit: { type: 'string' } },
  async run({ db, flags }) {
    const limit = limitOf(flags);
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
