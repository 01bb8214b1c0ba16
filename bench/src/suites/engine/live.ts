import { quantile } from './measure.ts';
import type { BenchNode } from './node.ts';

const SAMPLES = 120;

/** Median time of one event while so many operations live beside it, with all rounds of the watch and the sweep going on. Milliseconds. */
export async function costAt({ db, activate }: BenchNode, live: number): Promise<number> {
  // As they are most of the time: waiting for their user, looked at a moment ago.
  await db.sql(
    `with made as (
       insert into nft_upgrade.operation (id, process, version, principal, subject, input, mint_key, status, phase, asset, seq, live, checked_at)
       select 'idle_' || n, 'upgrade', 1, 'user_' || n, 'nft_' || n, '{}', '', 'awaiting_burn', 'burn', 'safe', 3, true, clock_timestamp() + interval '1 day'
       from generate_series(1, $1::int) n on conflict do nothing returning id)
     insert into nft_upgrade.event (operation_id, seq, status, data, node)
       select id, seq, 'awaiting_burn', jsonb_build_object('operationId', id, 'filler', repeat('x', 500)), 'bench' from made, generate_series(1, 3) seq`,
    [live],
  );
  await db.sql('analyze nft_upgrade.operation');
  await db.sql('analyze nft_upgrade.event');
  for (let warm = 0; warm < 20; warm += 1) await activate();
  const taken: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const begun = performance.now();
    await activate();
    taken.push((performance.now() - begun) / 4);
  }
  return quantile(taken, 0.5);
}
