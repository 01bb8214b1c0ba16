import { migrate as bringUpToDate } from '../../db/migrate.ts';
import { migrations } from '../../db/tables.ts';
import type { Command } from '../command.ts';

export const migrate: Command = {
  name: ['migrate'],
  summary: 'bring the tables up to date; safe beside running nodes and beside itself',
  async run({ db }) {
    const applied = await bringUpToDate(db, migrations);
    const text =
      applied.length === 0
        ? 'The tables are up to date.'
        : `Applied: ${applied.map((id) => migrations[id - 1]?.name ?? id).join(', ')}.`;
    return { data: { applied, version: migrations.length }, text };
  },
};
