import { type AnyProcess, NftUpgradeError, type Processes } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import type { Definitions } from '../journal/definitions.ts';
import type { EngineJournal, Loaded } from '../journal/journal.ts';
import type { RecentLog } from '../journal/recent-log.ts';
import type { Patience } from '../phases/driver.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { Chain } from '../ports/chain.ts';
import type { Compensator } from '../ports/compensator.ts';
import type { ContentStore } from '../ports/content-store.ts';
import type { Receipts } from '../ports/receipts.ts';
import type { Operation, ProcessRules } from '../ports/rules.ts';
import type { DeliveryWorkers } from '../publish/delivery-workers.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Durations } from './durations.ts';
import type { Ports } from './ports/bind.ts';
import type { Deadlines } from './ports/deadlines.ts';
import type { Queue } from './queue.ts';
import type { Wake } from './wake.ts';

/** Everything the parts of the engine share. Made once, by the service. */
export interface Engine {
  readonly db: Db;
  readonly journal: EngineJournal;
  readonly definitions: Definitions;
  readonly recentLog: RecentLog;
  readonly queue: Queue;
  readonly wake: Wake;
  readonly processes: Processes;
  readonly rules: Readonly<Record<string, ProcessRules>>;
  readonly chain: Chain | null;
  readonly content: ContentStore | null;
  readonly receipts: Receipts;
  /** Names of the sinks that are notified of events. */
  readonly sinks: readonly string[];
  /** Those who bring the outbox to the sinks. */
  readonly deliveryWorkers: Pick<DeliveryWorkers, 'kick'>;
  readonly alerts: Alerts | null;
  readonly compensator: Compensator | null;
  /** Of every call into the host; each port here has them. */
  readonly deadlines: Deadlines;
  /** Does the work of a step of an operation, within its deadline. */
  readonly withinStep: Ports['step'];
  readonly patience: Patience;
  /** Id of the deployment, stored with the database. */
  readonly deployment: string;
  /** What the ids of operations begin with, one for each process. */
  readonly idPrefixes: readonly string[];
  readonly durations: Durations;
  /**
   * After this long without a newer event, the queue has an operation advanced by whichever node is
   * free. Milliseconds.
   */
  readonly takeoverMs: number;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  now(): number;
  random(): number;
  /** Reports an error that was dealt with, to the host and to the log. Never throws. */
  onError(error: unknown): void;
}

/** @throws NftUpgradeError `unknown_process` for a name nobody registered */
export function processOf(processes: Processes, name: string): AnyProcess {
  const process = Object.hasOwn(processes, name) ? processes[name] : undefined;
  if (!process)
    throw new NftUpgradeError('unknown_process', {
      details: { process: name, known: Object.keys(processes) },
    });
  return process;
}

export function rulesOf(engine: Pick<Engine, 'rules'>, name: string): ProcessRules {
  const rules = Object.hasOwn(engine.rules, name) ? engine.rules[name] : undefined;
  if (!rules)
    throw new NftUpgradeError('unknown_process', {
      message: `No rules were given for the process ${name}.`,
      details: { process: name },
    });
  return rules;
}

/** The operation as the host's rules see it. */
export function operationOf({ row, snapshot }: Loaded): Operation {
  return {
    id: row.id,
    process: row.process,
    principal: { id: row.principal, ...(row.wallet === null ? {} : { wallet: row.wallet }) },
    input: row.input,
    status: snapshot.status,
    asset: snapshot.asset,
    facts: snapshot.facts,
    snapshot,
  };
}
