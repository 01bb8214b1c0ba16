import { quantile } from './measure.ts';
import type { BenchNode } from './node.ts';

const SLICES = 12;
const EACH = 15;

/**
 * Fills a database with operations as they are most of the time: waiting for their user, looked at
 * a moment ago.
 */
export async function fill({ db }: BenchNode, live: number): Promise<void> {
  await db.sql(
    `with made as (
       insert into nft_upgrade.operation (
         id, process, version, principal, subject, input, mint_key,
         status, phase, asset, seq, live, checked_at)
       select 'idle_' || n, 'upgrade', 1, 'user_' || n, 'nft_' || n, '{}', '',
         'awaiting_burn', 'burn', 'safe', 3, true, clock_timestamp() + interval '1 day'
       from generate_series(1, $1::int) n on conflict do nothing returning id)
     insert into nft_upgrade.event (operation_id, seq, status, data, node)
       select id, seq, 'awaiting_burn',
         jsonb_build_object('operationId', id, 'filler', repeat('x', 500)), 'bench'
       from made, generate_series(1, 3) seq`,
    [live],
  );
  await db.sql('analyze nft_upgrade.operation');
  await db.sql('analyze nft_upgrade.event');
}

/**
 * Median milliseconds of one event on each node, while the watch and the sweep run. In turns and
 * small slices, so that other load hits all alike.
 */
export async function costsOf(nodes: readonly BenchNode[]): Promise<number[]> {
  const taken = nodes.map((): number[] => []);
  for (let slice = 0; slice <= SLICES; slice += 1) {
    for (const [index, { activate }] of nodes.entries()) {
      for (let sample = 0; sample < EACH; sample += 1) {
        const begun = performance.now();
        await activate();
        // The first slice warms up.
        if (slice > 0) taken[index]?.push((performance.now() - begun) / 4);
      }
    }
  }
  return taken.map((each) => quantile(each, 0.5));
}
