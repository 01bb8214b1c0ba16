import type { Command } from '../command.ts';
import { readTimeline, timelineText } from '../timeline.ts';

export const operationsShow: Command = {
  name: ['operations', 'show'],
  usage: '<operation id>',
  summary: 'the timeline of an operation',
  arguments: 1,
  async run({ db, args: [id = ''] }) {
    const data = await readTimeline(db, id);
    return { data, text: timelineText(data) };
  },
};
