import { migrate as bringUpToDate } from '../../db/migrate.ts';
import { migrations } from '../../db/tables.ts';
import { emitterMigrations } from '../../emitter/tables.ts';
import { migrateQueue } from '../../engine/queue.ts';
import type { Command, CommandContext } from '../command.ts';

/** What the servers need, whose role may create nothing: all of it is named, so that no more is. */
async function grant({ db, schema }: CommandContext, role: string): Promise<void> {
  const [quoted] = await db.sql<{ role: string }>('select quote_ident($1) as role', [role]);
  const there = await db.sql<{ name: string }>(
    'select nspname as name from pg_namespace where nspname = any($1::text[])',
    [[schema, `${schema}_queue`, `${schema}_emitter`]],
  );
  for (const { name } of there)
    await db.sql(
      `grant usage on schema ${name} to ${quoted?.role};
       grant select, insert, update, delete on all tables in schema ${name} to ${quoted?.role};
       grant usage, select on all sequences in schema ${name} to ${quoted?.role};
       grant execute on all functions in schema ${name} to ${quoted?.role}`,
    );
}

export const migrate: Command = {
  name: ['migrate'],
  usage: '[--grant <role of the servers>] [--emitter]',
  summary:
    'bring the tables up to date; safe beside running nodes and beside itself; --grant gives ' +
    'a role what servers need, which is no right to create anything',
  flags: { grant: { type: 'string' }, emitter: { type: 'boolean' } },
  async run(context) {
    const { db, schema, flags, note } = context;
    const applied = await bringUpToDate(db, migrations, { schema, log: note });
    await migrateQueue(db, `${schema}_queue`);
    if (flags.emitter === true)
      await bringUpToDate(db, emitterMigrations, { schema: `${schema}_emitter`, log: note });
    if (typeof flags.grant === 'string') await grant(context, flags.grant);
    const text =
      applied.length === 0
        ? 'The tables are up to date.'
        : `Applied: ${applied.map((id) => migrations[id - 1]?.name ?? id).join(', ')}.`;
    return { data: { applied, version: migrations.length }, text };
  },
};
