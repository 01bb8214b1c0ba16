import type { Db } from '../../db/db.ts';

/**
 * The database itself watches who writes: who took an operation up last, by the name of its
 * connection, and nobody else. It knows nothing of leases but that their number changes.
 */
export const fenceTables = `
  create table torture.holder (operation_id text primary key, node text not null);
  create table torture.breach (operation_id text not null, what text not null, node text not null,
    holder text not null);

  create function torture.note_holder() returns trigger language plpgsql as $$
    declare
      me text := current_setting('application_name');
    begin
      if tg_op = 'INSERT' or new.lease <> old.lease then
        insert into torture.holder values (new.id, me)
          on conflict (operation_id) do update set node = me;
      elsif new.seq <> old.seq then
        insert into torture.breach select new.id, 'event ' || new.seq, me, node
          from torture.holder where operation_id = new.id and node <> me;
      end if;
      return null;
    end $$;
  create trigger note_holder after insert or update of lease, seq on nft_upgrade.operation
    for each row execute function torture.note_holder();

  create function torture.note_mint() returns trigger language plpgsql as $$
    declare
      me text := current_setting('application_name');
    begin
      insert into torture.breach select new.operation_id, 'mint ' || new.attempt, me, node
        from torture.holder where operation_id = new.operation_id and node <> me;
      return null;
    end $$;
  create trigger note_mint after insert on nft_upgrade.attempt for each row
    when (new.kind = 'mint') execute function torture.note_mint();`;

/** S12: what a node wrote for an operation that another one had taken up. */
export async function fenceFaults(db: Db): Promise<string[]> {
  const rows = await db.sql<{ fault: string }>(
    `select operation_id || ': S12: ' || what || ' was written by ' || node || ', and ' || holder
       || ' had it' as fault from torture.breach`,
  );
  return rows.map(({ fault }) => fault);
}
