import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrations } from '../../db/tables.ts';
import { longestTakeoverMs } from '../../engine/timing.ts';
import type { Audit } from './audit.ts';
import { bundlePrograms } from './bundle.ts';
import type { TortureFlavour } from './database.ts';
import { createFaults } from './faults.ts';
import { openFleet, withPrograms } from './fleet.ts';
import { startMonitor, type Watched } from './monitor.ts';
import { DEADLINE_MS, tortureTiming } from './settings.ts';

export interface TortureOptions {
  /**
   * What they work on. Default `postgres`; on `pglite` there is one node, and its database dies
   * with it.
   */
  database?: TortureFlavour;
  /** Its sessions are serializable where nothing else is said. Postgres only, default false. */
  serializable?: boolean;
  /** How long something is done to them; then everything has to come to rest. */
  forMs: number;
  /** Mean pause between two faults. Milliseconds, default 400. */
  everyMs?: number;
  /** Server processes. Default 3. */
  nodes?: number;
  /** Client processes. Default 4. */
  clients?: number;
  /** Users in each client process. Default 2. */
  usersEach?: number;
  /** Prints now and then how it goes. */
  print?(line: string): void;
}

export interface TortureReport
  extends Omit<Audit, 'violations' | 'versions'>,
    Pick<Watched, 'oldestUnownedMs' | 'oldestUnownedStatus'> {
  violations: number;
  /** Processes that were killed by `kill -9`. */
  kills: number;
  killed: { nodes: number; clients: number; database: number };
  /** Nodes that were stopped and went on after their leases had ended. */
  frozen: number;
  /** Calls into the host that never answered, or long after their deadline. */
  hung: number;
  /** Times that the database took no writes, and that it was stopped at once and started again. */
  readOnly: number;
  restarted: number;
  /** Forks and lost transactions. */
  chainFaults: number;
  /** What `oldestUnownedMs` may be; 0 where nobody can look into the database. */
  oldestUnownedBoundMs: number;
  /** What clients met on the way and tried again after, by code. */
  problems: Readonly<Record<string, number>>;
  /** The first violations, in words. */
  found: readonly string[];
  /** Between the last fault and the end of the last operation. */
  restMs: number;
}

/** For kinds of faults that have found nobody yet. */
const GRACE_MS = 15_000;

/**
 * Runs several nodes on one Postgres and one chain, with users who claim, activate and upgrade
 * without a pause, and does to all of them at random what can happen. Then it waits until
 * everything has come to its end, and looks for what must not be.
 */
export const torture = (options: TortureOptions): Promise<TortureReport> =>
  withPrograms([bundlePrograms(['node.ts', 'users.ts'])], (programs = '') =>
    tortured(programs, options),
  );

async function tortured(programs: string, options: TortureOptions): Promise<TortureReport> {
  const { database: flavour = 'postgres', serializable = false, forMs, everyMs = 400 } = options;
  const fleet = await openFleet({
    flavour,
    serializable,
    migrations,
    programs: { node: join(programs, 'node.mjs'), users: join(programs, 'users.mjs') },
    nodes: options.nodes ?? 3,
    clients: options.clients ?? 4,
    usersEach: options.usersEach ?? 2,
    balanced: false,
  });
  try {
    const { nodes, acknowledged, problems } = fleet;
    while (!nodes.some(({ ready }) => ready)) await sleep(50);
    const monitor = fleet.eyes && startMonitor(fleet.eyes, () => nodes.some(({ ready }) => ready));
    const faults = createFaults(fleet);
    const end = Date.now() + forMs;
    let printedAt = Date.now();
    const goesOn = () =>
      Date.now() < end || (faults.missing().length > 0 && Date.now() < end + GRACE_MS);
    while (goesOn()) {
      await sleep(Math.random() * 2 * everyMs);
      await faults.strike();
      if (Date.now() - printedAt < 30_000) continue;
      printedAt = Date.now();
      options.print?.(
        `${faults.times.length} faults, ${acknowledged.size} operations acknowledged, ` +
          `${Math.round((end - printedAt) / 1_000)} s left`,
      );
    }
    await faults.over();
    const { restMs } = await fleet.settle();
    const watched = await monitor?.stop();
    const { violations, versions: _, ...rest } = await fleet.audit(faults.times);
    const { clients, nodes: killedNodes, database, frozen, readOnly, restarted } = faults.counts;
    return {
      ...rest,
      violations: violations.length,
      kills: clients + killedNodes + database,
      killed: { nodes: killedNodes, clients, database },
      frozen,
      hung: fleet.hung,
      readOnly,
      restarted,
      chainFaults: faults.counts.chain,
      oldestUnownedMs: watched?.oldestUnownedMs ?? 0,
      oldestUnownedStatus: watched?.oldestUnownedStatus ?? '',
      oldestUnownedBoundMs: watched ? boundOf(watched, faults.longestMs) : 0,
      problems,
      found: violations.slice(0, 20),
      restMs,
    };
  } finally {
    await fleet.stop();
  }
}

/**
 * Who had the operation keeps its lease for `takeoverMs` after its last sign, or has it until a
 * call has reached its deadline; the next round of the sweep that any node makes takes it up. None
 * is made while no node is up or the database takes no writes, and none for an operation whose row
 * a frozen node has locked.
 */
const boundOf = ({ longestFoulMs }: Watched, longestFaultMs: number): number =>
  Math.round(
    tortureTiming.takeoverMs +
      longestTakeoverMs(tortureTiming) +
      Math.max(longestFoulMs, longestFaultMs, DEADLINE_MS),
  );

/** The reports of several databases as one. */
export function summed(reports: readonly TortureReport[]): TortureReport {
  return reports.reduce((one, other) => {
    const slowest = one.slowestRecoveryMs > other.slowestRecoveryMs ? one : other;
    // The one that came nearest to its own bound.
    const oldest = marginOf(one) < marginOf(other) ? one : other;
    return {
      ...added(one, other, [
        'operations',
        'completed',
        'compensated',
        'refused',
        'lost',
        'violations',
        'kills',
        'frozen',
        'hung',
        'readOnly',
        'restarted',
        'chainFaults',
      ]),
      killed: added(one.killed, other.killed, ['nodes', 'clients', 'database']),
      problems: added(one.problems, other.problems, [
        ...new Set([...Object.keys(one.problems), ...Object.keys(other.problems)]),
      ]),
      oldestUnownedMs: oldest.oldestUnownedMs,
      oldestUnownedStatus: oldest.oldestUnownedStatus,
      oldestUnownedBoundMs: oldest.oldestUnownedBoundMs,
      slowestRecoveryMs: slowest.slowestRecoveryMs,
      slowestStep: slowest.slowestStep,
      found: [...one.found, ...other.found],
      restMs: Math.max(one.restMs, other.restMs),
    };
  });
}

const added = <K extends string>(
  one: Readonly<Record<K, number>>,
  other: Readonly<Record<K, number>>,
  keys: readonly K[],
) =>
  Object.fromEntries(keys.map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)])) as Record<
    K,
    number
  >;

const marginOf = ({ oldestUnownedMs, oldestUnownedBoundMs }: TortureReport) =>
  oldestUnownedBoundMs - oldestUnownedMs;

/** Whether everything was kept, and everything that is promised to be tried was. */
export const isKept = (report: TortureReport, database: TortureFlavour): boolean =>
  report.violations === 0 &&
  marginOf(report) >= 0 &&
  [
    report.kills,
    report.frozen,
    report.hung,
    ...(database === 'postgres' ? [report.readOnly, report.restarted] : []),
  ].every((count) => count > 0);
