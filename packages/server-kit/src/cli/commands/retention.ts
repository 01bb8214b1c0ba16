import { appendFile } from 'node:fs/promises';
import { ofEmitter } from '../../emitter/retention.ts';
import { deleteEnded, eraseUser, exportUser, type Retention } from '../../engine/retention.ts';
import type { Command, Flags } from '../command.ts';
import { wholeNumber } from '../numbers.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 36_500;

/** With `--emitter`: of the tables of an emitter. */
const which = { emitter: { type: 'boolean' } } as const;
const tablesOf = ({ emitter }: Flags) => (emitter === true ? ofEmitter : undefined);

export const retention: Command = {
  name: ['retention'],
  usage: '--days <age> [--export <file.ndjson>] [--emitter]',
  summary:
    'delete operations that ended so many days ago, after they were added to a file, one a line; ' +
    'what is owed or still to be told stays',
  flags: { ...which, days: { type: 'string' }, export: { type: 'string' } },
  async run({ db, flags }) {
    const days = wholeNumber('--days', String(flags.days ?? ''), MOST_DAYS);
    const { export: file } = flags;
    const policy: Retention = {
      endedMs: days * DAY_MS,
      ...(typeof file === 'string' && { export: (lines) => appendFile(file, lines) }),
    };
    const deleted = await deleteEnded(db, policy, { tables: tablesOf(flags) });
    return { data: { deleted }, text: `Deleted: ${deleted} operations.` };
  },
};

export const userExport: Command = {
  name: ['user', 'export'],
  usage: '<id of the user> [--emitter]',
  flags: which,
  summary: 'everything that is known of a user, one operation a line (NDJSON)',
  arguments: 1,
  async run({ db, flags, args: [id = ''] }) {
    let text = '';
    for await (const lines of exportUser(db, id, tablesOf(flags))) text += lines;
    const operations: unknown[] = text === '' ? [] : text.trim().split('\n').map(parsed);
    return { data: { operations }, text: text.trimEnd() };
  },
};

const parsed = (line: string): unknown => JSON.parse(line);

export const userErase: Command = {
  name: ['user', 'erase'],
  usage: '<id of the user> [--emitter]',
  flags: which,
  summary:
    'delete what has ended of a user; what lives, is owed or is to be told stays, and is counted',
  arguments: 1,
  async run({ db, flags, args: [id = ''] }) {
    const { erased, left } = await eraseUser(db, id, tablesOf(flags));
    const rest =
      left === 0
        ? 'Nothing is left.'
        : `${left} stay, because they live, are owed or are to be told: come again after that.`;
    return {
      data: { erased, left },
      text: `Erased: ${erased} operations. ${rest}`,
      exitCode: left === 0 ? 0 : 1,
    };
  },
};
