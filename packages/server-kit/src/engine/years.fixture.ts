import { upgrade } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';

/**
 * Years of operations, made in the database: ended ones with an event, a key and a delivery each;
 * live ones, most of which wait for nothing that a watch looks at, some of another version; and
 * deliveries of a sink that wait behind one that is dead.
 */
export async function fillYears(
  db: Db,
  { ended, live, held }: { ended: number; live: number; held: number },
): Promise<void> {
  const columns = `id, process, version, principal, subject, input, mint_key, status, phase, asset,
    seq, live, created_at, updated_at, checked_at`;
  await db.sql(
    `insert into nft_upgrade.operation (${columns})
     select 'ended_' || n, 'upgrade', 1, 'user_' || n % 10000, n, '{}', '', 'completed', 'record',
       'delivered', 7, false, now() - interval '400 days', now() - interval '400 days'
         + n * interval '30 seconds' * (1000000.0 / $1), now()
     from generate_series(1, $1::int) n`,
    [ended],
  );
  await db.sql(
    `insert into nft_upgrade.operation (${columns})
     select 'live_' || n, 'upgrade', case when n % 10 = 0 then 9 else $2::int end,
       'user_' || n % 10000, 'live ' || n, '{}', '',
       case when n % 50 = 1 then 'awaiting_burn' else 'updating_records' end, 'burn',
       case when n % 50 = 1 then 'at_risk' else 'safe' end, 3,
       true, now() - interval '1 day', now(), now() - interval '1 hour'
     from generate_series(1, $1::int) n`,
    [live, upgrade.version],
  );
  await db.sql(
    `insert into nft_upgrade.event (operation_id, seq, status, data, node)
     select id, 1, 'initializing', '{"seq":1}', 'node' from nft_upgrade.operation`,
  );
  await db.sql(
    `insert into nft_upgrade.idempotency_key (principal, key, process, input, operation_id)
     select principal, id, process, '{}', id from nft_upgrade.operation`,
  );
  const deliver = (which: string, topic: string, columnsAfter: string, values: string) =>
    db.sql(
      `with told as (insert into nft_upgrade.outbox (operation_id, topic, data, created_at)
         select id, '${topic}', '{"seq":1}', created_at from ${which} returning id, operation_id)
       insert into nft_upgrade.delivery (sink, outbox_id, operation_id, state${columnsAfter})
         select 'crm', id, operation_id, ${values} from told`,
    );
  await deliver('nft_upgrade.operation where not live', 'event', '', `'delivered'`);
  const first = `(select * from nft_upgrade.operation where live order by id limit 100) o`;
  await deliver(first, 'event', '', `'dead'`);
  await deliver(
    `${first}, generate_series(1, ${held / 100})`,
    'event',
    ', held, due_at',
    `'waiting', true, now() + interval '5 minutes'`,
  );
  await db.sql('vacuum analyze');
}
