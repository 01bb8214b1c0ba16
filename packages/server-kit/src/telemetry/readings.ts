import type { Db } from '../db/db.ts';
import { seenAuthority } from '../engine/authority.ts';
import { isOpen } from '../engine/obligations/read.ts';
import type { Reading } from './telemetry.ts';

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
    db.sql<{ sink: string; waiting: number; dead: number; age: number | null }>(
      `select d.sink, count(*) filter (where d.state = 'waiting')::int as waiting,
         count(*) filter (where d.state = 'dead')::int as dead,
         extract(epoch from clock_timestamp()
           - min(o.created_at) filter (where d.state = 'waiting'))::float8 as age
       from nft_upgrade.delivery d join nft_upgrade.outbox o on o.id = d.outbox_id
       where d.state in ('waiting', 'dead') group by d.sink`,
    ),
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
