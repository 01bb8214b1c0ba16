import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import { tortureTiming } from './settings.ts';
import type { Victim } from './victim.ts';

/** What can be done to a fleet. */
export type Fault =
  | 'clients'
  | 'nodes'
  | 'database'
  | 'chain'
  | 'frozen'
  | 'hang'
  | 'readOnly'
  | 'restarted';

/** How often each strikes. The database takes a second to come back, so it is hit rarely. */
const shares: Readonly<Record<Fault, number>> = {
  clients: 0.6,
  nodes: 0.2,
  hang: 0.08,
  frozen: 0.06,
  chain: 0.02,
  readOnly: 0.02,
  database: 0.01,
  restarted: 0.01,
};
const STARTING_SHARE = 0.1;
/** Longest time that the database takes no writes, and that a node is frozen. Milliseconds. */
const READ_ONLY_MS = 2_000;
const FROZEN_MS = 4_000;
/** Beyond the lease, in any case. */
const LEAST_FROZEN_MS = tortureTiming.takeoverMs + tortureTiming.sweepMs;
/** Within so many milliseconds a node calls for something. */
const HANG_MS = 500;
/** Calls that hang on one node in a row. */
const MOST_HANGING = 4;

export interface Faults {
  readonly counts: Readonly<Record<Fault, number>>;
  /** When one struck. Milliseconds since the epoch. */
  readonly times: readonly number[];
  /** The longest of those that last. Milliseconds. */
  readonly longestMs: number;
  /** Kinds that have not struck. */
  missing(): readonly Fault[];
  /** One of them, at random; but first each kind once. */
  strike(): Promise<void>;
  /** Resolves when those that last are over. */
  over(): Promise<void>;
}

const any = <T>(from: readonly T[]): T | undefined => from[Math.floor(Math.random() * from.length)];
const between = (least: number, most: number) => least + Math.random() * (most - least);

export function createFaults(fleet: Fleet): Faults {
  const { database, chain, nodes, clients } = fleet;
  const counts = Object.fromEntries(Object.keys(shares).map((name) => [name, 0])) as Record<
    Fault,
    number
  >;
  const times: number[] = [];
  const lasting = new Set<Promise<void>>();
  let longestMs = 0;
  const last = (work: Promise<void>) => {
    const from = performance.now();
    const over = work.finally(() => {
      lasting.delete(over);
      longestMs = Math.max(longestMs, performance.now() - from);
    });
    lasting.add(over);
    return true;
  };
  const { faults } = database;
  let readOnly = false;
  // Mostly those that work: who is killed again and again while it starts up harms nobody.
  const victimOf = (all: readonly Victim[]) =>
    any(Math.random() < STARTING_SHARE ? all : all.filter(({ ready }) => ready));
  const upNode = () => any(nodes.filter(({ ready }) => ready));

  /** Each says whether it struck. */
  const strikes: Record<Fault, () => boolean | Promise<boolean>> = {
    clients: async () => (await victimOf(clients)?.kill()) ?? false,
    nodes: async () => (await victimOf(nodes)?.kill()) ?? false,
    chain() {
      if (Math.random() < 0.5) chain.controls.dropNext(1);
      else chain.controls.rollback(1 + Math.floor(Math.random() * 3));
      return true;
    },
    frozen() {
      const node = upNode();
      return node ? last(node.freeze(between(LEAST_FROZEN_MS, FROZEN_MS))) : false;
    },
    async hang() {
      const before = fleet.hung;
      upNode()?.send({ hang: Math.ceil(Math.random() * MOST_HANGING) });
      // It may have nothing to call for, or be killed before.
      for (const end = Date.now() + HANG_MS; fleet.hung === before && Date.now() < end; )
        await sleep(20);
      return fleet.hung > before;
    },
    readOnly() {
      if (!faults || readOnly) return false;
      readOnly = true;
      const over = faults.makeReadOnly(between(READ_ONLY_MS / 2, READ_ONLY_MS));
      return last(
        over.finally(() => {
          readOnly = false;
        }),
      );
    },
    async database() {
      await faults?.kill();
      return faults !== null;
    },
    async restarted() {
      await faults?.restart();
      return faults !== null;
    },
  };

  const kinds = (Object.keys(shares) as Fault[]).filter(
    (name) => faults || !['readOnly', 'database', 'restarted'].includes(name),
  );
  const first = kinds.toSorted(() => Math.random() - 0.5);
  const draw = (): Fault => {
    let dice = Math.random() * kinds.reduce((sum, kind) => sum + shares[kind], 0);
    for (const kind of kinds) {
      dice -= shares[kind];
      if (dice < 0) return kind;
    }
    return 'clients';
  };
  return {
    counts,
    times,
    get longestMs() {
      return longestMs;
    },
    async strike() {
      const kind = first.shift() ?? draw();
      const at = Date.now();
      if (await strikes[kind]()) {
        counts[kind] += 1;
        times.push(at);
      } else if (counts[kind] === 0) first.push(kind);
    },
    missing: () => first,
    async over() {
      await Promise.all(lasting);
    },
  };
}
