import { findObligation } from '../../engine/obligations/read.ts';
import type { Command } from '../command.ts';
import { duration } from '../table.ts';
import { readTimeline, timelineText } from '../timeline.ts';

export const obligationsShow: Command = {
  name: ['obligations', 'show'],
  usage: '<operation id>',
  summary: 'one debt, with everything that happened',
  arguments: 1,
  async run({ db, args: [id = ''] }) {
    const [obligation, operation] = [await findObligation(db, id), await readTimeline(db, id)];
    const { settlement, ageMs, compensationId, evidence } = obligation;
    const state = settlement ? `settled: ${settlement}` : `open for ${duration(ageMs)}`;
    const text = [
      `Debt ${compensationId}, ${state}`,
      JSON.stringify(evidence, null, 2),
      '',
      timelineText(operation),
    ].join('\n');
    return { data: { obligation, operation }, text };
  },
};
