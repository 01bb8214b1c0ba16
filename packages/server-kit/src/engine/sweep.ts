import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import { type Lease, taking } from './lease.ts';

/**
 * Takes up operations that nobody has looked at for a while and nobody holds. Nodes share the work:
 * a row that another node is claiming is passed over. Only processes in the versions that
 * this node has are claimed: during a deployment the others belong to other nodes.
 * @param query.statuses only these; all live ones when left out
 * @param query.idleMs not looked at for this long, in milliseconds
 * @param query.leaseMs how long they are held without a further sign, in milliseconds
 */
export async function claimIdle(
  db: Db,
  query: {
    definitions: readonly AnyProcess[];
    statuses?: readonly string[];
    idleMs: number;
    leaseMs: number;
    limit: number;
  },
): Promise<Lease[]> {
  const { definitions, statuses, idleMs, leaseMs, limit } = query;
  const turns = definitions.flatMap(({ name, version, statuses: all }) =>
    Object.values(all)
      .filter(({ status, terminal }) => !terminal && (statuses?.includes(status) ?? true))
      .map(({ status }) => ({ name, version, status })),
  );
  // Each definition and status by itself: those of other nodes, and those that wait for something
  // else, are not even passed over. now(), not clock_timestamp(): only what stays the same during
  // the statement ends the walk through the index at the first row that is not due. The time is
  // compared within a row, which the index by time alone is of no use for: the planner would take
  // it for as good, and walk over all others.
  return db.sql<Lease>(
    `update nft_upgrade.operation set checked_at = clock_timestamp(), ${taking('$6')}
     where id = any(array(
       select o.id from unnest($1::text[], $2::int[], $3::text[]) t (process, version, status)
       cross join lateral (select id, checked_at from nft_upgrade.operation
         where live and process = t.process and version = t.version and status = t.status
           and (process, version, status, checked_at)
             <= (t.process, t.version, t.status, now() - make_interval(secs => $4))
           and leased_until <= now()
         order by checked_at limit $5 for update skip locked) o
       order by o.checked_at limit $5))
     returning id as "operationId", lease`,
    [
      turns.map(({ name }) => name),
      turns.map(({ version }) => version),
      turns.map(({ status }) => status),
      idleMs / 1000,
      limit,
      leaseMs / 1000,
    ],
  );
}

/**
 * The clock of the database was set back: what was looked at after that would be looked at no more
 * until the clock is there again. A second is more than there is between the beginning of a
 * statement, which is its now(), and what it sees.
 */
export async function forgetFuture(db: Db): Promise<void> {
  await db.sql(
    `update nft_upgrade.operation set checked_at = clock_timestamp(), leased_until = '-infinity'
      where live and checked_at > now() + interval '1 second'`,
  );
}

/**
 * Something that is done again and again, one run at a time, until it is stopped; `signal` aborts
 * then. A run that fails is reported and does not end it.
 * @param firstMs until the first run, in milliseconds; the pause by default
 */
export function every(
  ms: number,
  work: (signal: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
  firstMs: number = ms,
): { stop(): Promise<void> } {
  const stopped = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  const schedule = (afterMs: number) => {
    if (stopped.signal.aborted) return;
    timer = setTimeout(() => {
      const begun = performance.now();
      running = work(stopped.signal)
        .catch(onError)
        // What a run takes is no part of the pause: how often something is looked at must not
        // depend on how much there is to see.
        .then(() => schedule(Math.max(ms - (performance.now() - begun), ms / 2)));
    }, afterMs);
  };
  schedule(firstMs);
  return {
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
