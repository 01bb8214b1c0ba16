import type { Figures } from './figures.ts';
import type { Load } from './simulate.ts';

/** How many of each a load needs, and what it costs a month. */
export interface Plan {
  readonly nodes: number;
  /** Postgres servers: operations are sharded by id. */
  readonly shards: number;
  /** How wake-ups travel. */
  readonly wake: 'NOTIFY' | 'NOTIFY, coalesced' | 'Redis';
  readonly rpcPlans: number;
  readonly costPerMonth: number;
  /** What runs out first when the load grows. */
  readonly limit: 'streams' | 'events' | 'Postgres' | 'RPC';
}

/** No resource is planned beyond this share of its capacity. */
const ROOM = 0.7;

export function plan({ concurrent, eventsPerSecond, rpcPerSecond }: Load, figures: Figures): Plan {
  const perShard = figures.eventsPerPostgres * figures.largePostgres * ROOM;
  const small = eventsPerSecond <= figures.eventsPerPostgres * ROOM;
  const shards = small ? 1 : Math.ceil(eventsPerSecond / perShard);
  const byStreams = concurrent.peak / (figures.streamsPerNode * ROOM);
  const byEvents = eventsPerSecond / (figures.eventsPerNode * ROOM);
  // Two at least: one may be down or drained.
  const nodes = Math.max(2, Math.ceil(Math.max(byStreams, byEvents)));
  const rpcPlans = Math.max(1, Math.ceil(rpcPerSecond.peak / (figures.rpcCallsPerPlan * ROOM)));
  const { cost } = figures;
  const parts = {
    streams: byStreams * cost.node,
    events: byEvents * cost.node,
    Postgres: (eventsPerSecond / perShard) * cost.postgres,
    RPC: (rpcPerSecond.peak / (figures.rpcCallsPerPlan * ROOM)) * cost.rpcPlan,
  };
  const [limit] = Object.entries(parts).reduce((dearest, part) =>
    part[1] > dearest[1] ? part : dearest,
  ) as [Plan['limit'], number];
  return {
    nodes,
    shards,
    wake:
      shards > 1
        ? 'Redis'
        : eventsPerSecond > figures.notifiesPerPostgres * ROOM
          ? 'NOTIFY, coalesced'
          : 'NOTIFY',
    rpcPlans,
    costPerMonth:
      nodes * cost.node +
      shards * (small ? cost.postgres / 4 : cost.postgres) +
      rpcPlans * cost.rpcPlan,
    limit,
  };
}
