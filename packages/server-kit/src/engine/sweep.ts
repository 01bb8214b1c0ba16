import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';

/**
 * Claims operations that nobody has looked at for a while, and marks them as looked at. Nodes share the work: a row that another node is claiming is
 * passed over. Only processes in the versions that this node has are claimed: during a deployment the others belong to other nodes.
 * @param query.statuses only these; all live ones when left out
 * @param query.idleMs not looked at for this long, in milliseconds
 */
export async function claimIdle(
  db: Db,
  query: { definitions: readonly AnyProcess[]; statuses?: readonly string[]; idleMs: number; limit: number },
): Promise<string[]> {
  const rows = await db.sql<{ id: string }>(
    `update nft_upgrade.operation set checked_at = clock_timestamp() where id in (
       select id from nft_upgrade.operation
       where live and ($1::text[] is null or status = any($1)) and checked_at <= clock_timestamp() - make_interval(secs => $2)
         and (process, version) in (select * from unnest($4::text[], $5::int[]))
       order by checked_at limit $3 for update skip locked)
     returning id`,
    [
      query.statuses ?? null,
      query.idleMs / 1000,
      query.limit,
      query.definitions.map(({ name }) => name),
      query.definitions.map(({ version }) => version),
    ],
  );
  return rows.map((row) => row.id);
}

/** Something that is done again and again, one run at a time, until it is stopped. A run that fails is reported and does not end it. */
export function every(ms: number, work: () => Promise<unknown>, onError: (error: unknown) => void): { stop(): Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const schedule = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = work().then(schedule, (error: unknown) => {
        onError(error);
        schedule();
      }) as Promise<void>;
    }, ms);
  };
  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
