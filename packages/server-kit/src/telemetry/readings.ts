import type { Db } from '../db/db.ts';
import { seenAuthority } from '../engine/authority.ts';
import { isOpen } from '../engine/obligations/read.ts';
import type { Reading } from './telemetry.ts';

/** Deliveries of a sink are counted up to here: beyond it the number says no more. */
const MOST = 10_000;

/**
 * By sinks that have any, found one after the other in the index; no table is walked through. The
 * oldest is the first at or behind the sink in the index of both, which an equal sink would not
 * make the planner take.
 */
const readDeliveries = (db: Db) =>
  db.sql<{ sink: string; waiting: number; dead: number; age: number | null }>(
    `with recursive waiting (sink) as (
       (select min(sink) from nft_upgrade.delivery where state = 'waiting')
       union all select (select min(sink) from nft_upgrade.delivery
         where state = 'waiting' and sink > waiting.sink) from waiting where sink is not null),
     dead as (select sink, count(*)::int as dead from (select sink from nft_upgrade.delivery
       where state = 'dead' limit ${MOST}) d group by sink)
     select coalesce(w.sink, dead.sink) as sink, coalesce(dead.dead, 0) as dead,
       (select count(*)::int from (select 1 from nft_upgrade.delivery d
         where d.sink = w.sink and d.state = 'waiting' limit ${MOST}) counted) as waiting,
       (select extract(epoch from clock_timestamp() - o.created_at)::float8
        from nft_upgrade.delivery d join nft_upgrade.outbox o on o.id = d.outbox_id
        where d.sink >= w.sink and d.state = 'waiting' order by d.sink, d.id limit 1) as age
     from (select sink from waiting where sink is not null) w full join dead on dead.sink = w.sink`,
  );

/**
 * Gauges of what is owed and of what is still to be delivered. They come from the database: each
 * node shows the same, so take the maximum over nodes.
 */
export async function readGauges(db: Db): Promise<Reading[]> {
  const [authority, owed, deliveries] = await Promise.all([
    seenAuthority(db),
    db.sql<{ process: string; open: number; age: number }>(
      `select p.process, count(*)::int as open,
         extract(epoch from clock_timestamp() - min(o.opened_at))::float8 as age
       from nft_upgrade.obligation o join nft_upgrade.operation p on p.id = o.operation_id
       where ${isOpen} group by p.process`,
    ),
    readDeliveries(db),
  ]);
  return [
    ...(authority
      ? [
          {
            name: 'nft_upgrade.authority.balance' as const,
            value: authority.lamports,
            attributes: { authority: authority.authority },
          },
        ]
      : []),
    ...owed.flatMap(({ process, open, age }): Reading[] => [
      { name: 'nft_upgrade.obligations.open', value: open, attributes: { process } },
      { name: 'nft_upgrade.obligations.age', value: age, attributes: { process } },
    ]),
    ...deliveries.flatMap(({ sink, waiting, dead, age }): Reading[] => [
      { name: 'nft_upgrade.outbox.waiting', value: waiting, attributes: { sink } },
      { name: 'nft_upgrade.outbox.age', value: age ?? 0, attributes: { sink } },
      { name: 'nft_upgrade.outbox.dead', value: dead, attributes: { sink } },
    ]),
  ];
}
