import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrations } from '../../db/tables.ts';
import type { Audit } from './audit.ts';
import { bundlePrograms } from './bundle.ts';
import { type Fleet, openFleet, withPrograms } from './fleet.ts';
import { olderCode } from './older.ts';
import type { Victim } from './victim.ts';

export interface RollingOptions {
  /** Operations that begin between two steps of the deployment, at least. Default 12. */
  between?: number;
  /** Server processes. Default 3. */
  nodes?: number;
  /** Client processes. Default 2. */
  clients?: number;
  /** Users in each client process. Default 3. */
  usersEach?: number;
  /** Prints each step. */
  print?(line: string): void;
}

export interface RollingReport
  extends Pick<
    Audit,
    'operations' | 'completed' | 'compensated' | 'refused' | 'lost' | 'versions'
  > {
  /** Answers with 404. */
  notFound: number;
  /** Operations that a client did not follow to their end. */
  gaveUp: number;
  violations: number;
  /** What clients met on the way, by HTTP status or code. */
  problems: Readonly<Record<string, number>>;
  /** The first violations, in words. */
  found: readonly string[];
  restMs: number;
}

const LONGEST_STEP_MS = 30_000;
const POLITELY_MS = 10_000;

/**
 * Replaces the nodes of the version before this one, one after the other, while users stream
 * through all of them. Nothing that a user began may be missed by anybody.
 */
export const rolling = (options: RollingOptions = {}): Promise<RollingReport> =>
  withPrograms(
    [bundlePrograms(['node.ts', 'users.ts']), bundlePrograms(['node.ts'], [olderCode()])],
    (programs = '', older = '') => rolled({ programs, older }, options),
  );

async function rolled(
  { programs, older }: { programs: string; older: string },
  options: RollingOptions,
): Promise<RollingReport> {
  const { between = 12, clients = 2, usersEach = 3, print = () => undefined } = options;
  const fleet = await openFleet({
    flavour: 'postgres',
    serializable: false,
    migrations: migrations.slice(0, -1),
    programs: { node: join(older, 'node.mjs'), users: join(programs, 'users.mjs') },
    nodes: options.nodes ?? 3,
    clients,
    usersEach,
    balanced: true,
  });
  const { nodes } = fleet;
  const stuck: string[] = [];
  const until = async (what: string, isSo: () => boolean) => {
    const end = Date.now() + LONGEST_STEP_MS;
    while (!isSo() && Date.now() < end) await sleep(50);
    if (!isSo()) stuck.push(`S13: ${what}: not within ${LONGEST_STEP_MS} ms`);
    print(what);
  };
  /** It serves, and users have gone on. */
  const after = async (what: string, node?: Victim) => {
    await until(`${what}: it is up`, () => node?.ready ?? nodes.every(({ ready }) => ready));
    const enough = fleet.acknowledged.size + between;
    await until(`${what}: users go on`, () => fleet.acknowledged.size >= enough);
  };
  const upgrade = (node: Victim) => node.replace(join(programs, 'node.mjs'), POLITELY_MS);
  try {
    await after('Nodes of the version before');
    const [first, ...others] = nodes as [Victim, ...Victim[]];
    await upgrade(first);
    await after('One node of this version', first);
    const [crashed] = others;
    await crashed?.kill();
    await after('A node of the version before starts again on the tables of this one', crashed);
    for (const node of others) {
      await upgrade(node);
      await after('One more node of this version', node);
    }
    const { restMs } = await fleet.settle();
    return reportOf(fleet, await fleet.audit([]), { stuck, restMs });
  } finally {
    await fleet.stop();
  }
}

function reportOf(
  { gaveUp, problems, unfit }: Fleet,
  { violations, operations, completed, compensated, refused, lost, versions }: Audit,
  { stuck, restMs }: { stuck: readonly string[]; restMs: number },
): RollingReport {
  const found = [
    ...stuck,
    ...violations,
    ...Object.entries(unfit).map(([state, times]) => `S13: SQLSTATE ${state}, ${times} times`),
    ...Object.entries(gaveUp).map(([code, times]) => `S13: gave up with ${code}, ${times} times`),
    ...(Object.keys(versions).length < 2 ? ['S13: upgrades of one version only'] : []),
  ];
  return {
    operations,
    completed,
    compensated,
    refused,
    notFound: problems['HTTP 404'] ?? 0,
    gaveUp: Object.values(gaveUp).reduce((sum, times) => sum + times, 0),
    lost,
    violations: found.length,
    versions,
    problems,
    found: found.slice(0, 20),
    restMs,
  };
}

/** Whether the deployment was seen by nobody. */
export const isUnnoticed = ({ notFound, gaveUp, lost, violations }: RollingReport): boolean =>
  notFound + gaveUp + lost + violations === 0;
