import { randomUUID } from 'node:crypto';
import {
  type AnyProcess,
  formerOf,
  NftUpgradeError,
  type OperationEvent,
  processes as standardProcesses,
} from '@aiw3/nft-upgrade/protocol';
import type { Db } from './db/db.ts';
import { inSchema } from './db/in-schema.ts';
import { migrate } from './db/migrate.ts';
import { migrations } from './db/tables.ts';
import { deploymentTag, rememberDeployment } from './deployment.ts';
import { type AuthorityWatch, authorityWatch } from './engine/authority.ts';
import { cancel } from './engine/commands/cancel.ts';
import { confirmBurn } from './engine/commands/confirm-burn.ts';
import { decide, loadOwned } from './engine/commands/load.ts';
import { renewBurn } from './engine/commands/renew-burn.ts';
import { retry } from './engine/commands/retry.ts';
import { start } from './engine/commands/start.ts';
import type { Engine } from './engine/context.ts';
import { createDrive, type Drive } from './engine/drive.ts';
import { createDurations } from './engine/durations.ts';
import { releaseAll } from './engine/lease.ts';
import { createObligations, type Obligations } from './engine/obligations/obligations.ts';
import { bindPorts } from './engine/ports/bind.ts';
import type { Deadlines } from './engine/ports/deadlines.ts';
import { createQueue } from './engine/queue.ts';
import { reconcile } from './engine/reconcile.ts';
import { checkRetention, type Retention } from './engine/retention.ts';
import { startRounds } from './engine/rounds.ts';
import { stopWithin } from './engine/stop.ts';
import { defaultTiming } from './engine/timing.ts';
import { type UnboundBurns, unboundBurns } from './engine/unbound-burns.ts';
import { createWake, postgresWake } from './engine/wake.ts';
import type { OperationQuery, Operations } from './http/operations.ts';
import { definitionsOf } from './journal/definitions.ts';
import { createJournal } from './journal/journal.ts';
import { rememberMintKey } from './journal/mint-keys.ts';
import { createRecentLog } from './journal/recent-log.ts';
import type { Patience } from './phases/driver.ts';
import type { Alerts } from './ports/alerts.ts';
import type { Chain } from './ports/chain.ts';
import { checkContent, checkReceipts, checkRules } from './ports/check-answers.ts';
import type { Compensator } from './ports/compensator.ts';
import type { ContentStore } from './ports/content-store.ts';
import type { Log } from './ports/log.ts';
import type { Receipts } from './ports/receipts.ts';
import type { ProcessRules } from './ports/rules.ts';
import type { Sink } from './ports/sink.ts';
import type { WakeBus } from './ports/wake-bus.ts';
import type { ProcessTable, StandardProcesses } from './processes.ts';
import { channelsOf, checkSinks } from './publish/channels.ts';
import { createOutbox, type Outbox } from './publish/deliveries.ts';
import { createDeliveryWorkers, type DeliveryWorkers } from './publish/delivery-workers.ts';
import { traceCommands } from './telemetry/commands.ts';
import { createLogger } from './telemetry/log.ts';
import { readGauges } from './telemetry/readings.ts';
import { createTelemetry, type TelemetryOptions } from './telemetry/telemetry.ts';

/** What a service stands on: the ports of the host, and how patient it is. */
export interface ServiceOptions<P extends ProcessTable = StandardProcesses> {
  /** Postgres or PGlite. The service creates its tables; it does not close the database. */
  db: Db;
  /**
   * Name of the schema of its tables; the queue has another one beside it, `<schema>_queue`. Each
   * product that shares a database has its own. Default `nft_upgrade`.
   */
  schema?: string;
  /**
   * `check` makes no tables, and refuses to start where some are missing. Without the right to
   * create anything it is the same. Default `apply`.
   */
  migrations?: 'apply' | 'check';
  /** What the host decides, for each process. A process without rules is not served. */
  rules: { readonly [K in keyof P]?: ProcessRules<P[K]> };
  /** Needed by processes that burn or mint. */
  chain?: Chain;
  /** Needed by processes that mint. */
  content?: ContentStore;
  /**
   * Names this deployment in the memos of burns and in the addresses of claims. Stored once, and
   * refused when it is another one later; it outlives the rotation of keys. Default: the address of
   * the first mint authority. Give it where a database may be lost as a whole.
   */
  deployment?: string;
  /** Definitions by name. Default: upgrade, claim and badge activation. */
  processes?: P;
  /**
   * Earlier versions of the processes. Operations that began under one of them finish under it.
   * Default none.
   */
  formerProcesses?: readonly AnyProcess[];
  receipts?: Receipts;
  /**
   * Who is notified of events. Every node should have the same ones: what a node writes, it writes
   * for the sinks it knows.
   */
  sinks?: readonly Sink[];
  /** Carries wake-ups between nodes. Default: LISTEN and NOTIFY of `db`. */
  wake?: WakeBus;
  /** Where log lines go, without anything secret in them. Default: nowhere. */
  log?: Log;
  /** Providers of OpenTelemetry. Default: the global ones. */
  telemetry?: TelemetryOptions;
  alerts?: Alerts;
  /** Settles obligations in another way, where operators decide so. */
  compensator?: Compensator;
  patience?: Partial<Patience>;
  /**
   * After how many milliseconds a call into what the host brings has failed, by port and function:
   * `{ 'rules.record': 60_000 }`. Defaults: 10 s to 2 min, the chain's and a host's rules 15 to 60
   * s.
   */
  deadlines?: Partial<Deadlines>;
  /**
   * After how many milliseconds a whole step of an operation has failed, whatever its calls do: it
   * is given back, any node takes it up, and what is left of it writes nothing. Default: twice the
   * longest of `deadlines`, 240 000.
   */
  stepMs?: number;
  /**
   * Longest time that `stop()` takes, whatever hangs. Milliseconds, default 25 000. Half of it is
   * for the steps in hand to end by themselves.
   */
  stopMs?: number;
  /** How often operations that wait for the chain are looked at. Milliseconds, default 1000. */
  watchMs?: number;
  /** How often forgotten operations are looked for. Milliseconds, default 5000. */
  sweepMs?: number;
  /**
   * How long an operation may stand still before another node takes it up, as after a kill.
   * Milliseconds, default 8000.
   */
  takeoverMs?: number;
  /**
   * Age at which people are alerted, once more and once, about an obligation that nobody has
   * settled. Milliseconds, default 900 000: a quarter of an hour.
   */
  owedAlarmMs?: number;
  /**
   * Age at which people are alerted the first time about an operation whose asset is at risk, owed,
   * or delivered and not in the records, whichever status it is in and whether or not anything
   * failed. Again at `owedAlarmMs`. Milliseconds, default a third of `owedAlarmMs`: five minutes.
   */
  ageAlertMs?: number;
  /**
   * When an alert goes out because the mint authority runs low: `alerts.authority`, an error in the
   * log, a gauge. Needs a chain that can tell.
   */
  authorityWatch?: AuthorityWatch;
  /**
   * How often the NFTs of the host's records (rule `held`) are compared with the chain, by one node
   * of all; also within seconds of a start on a database that was restored. Milliseconds, default 3
   * 600 000.
   */
  reconcileMs?: number;
  /**
   * When operations that have ended are deleted. What stays of one that burned is the NFTs and the
   * signatures, so that no NFT counts twice. Default: they are kept.
   */
  retention?: Retention;
  /**
   * Called with what went wrong and was handled: for logs. Never called with secrets. Default:
   * nothing.
   */
  onError?(error: unknown): void;
  /** Milliseconds since the epoch; replaced in tests. Default: `Date.now`. */
  now?(): number;
  /** From 0 to below 1, spreads retries; replaced in tests. Default: `Math.random`. */
  random?(): number;
}

export interface Service extends Operations {
  /** @deprecated It is `renewBurn`. */
  reissueBurn: Operations['renewBurn'];
  /** Obligations and what operators do about them. */
  readonly obligations: Obligations;
  /** Burns for which no operation lived, and what operators decide about them. */
  readonly unboundBurns: UnboundBurns;
  /** What was delivered to sinks, what could not be, and how to send it again. */
  readonly outbox: Outbox;
  /**
   * Compares the NFTs of the host's records with the chain now, and begins what is owed. Resolves
   * with how many. For operators, after a restore.
   */
  reconcile(): Promise<number>;
  /** Advances one operation now; for tests and operators. */
  advance(operationId: string): Promise<void>;
  /**
   * Stops taking on work and waits for the steps in hand, within `stopMs`, whatever hangs. What is
   * unfinished goes on where another node, or the next start, finds it. Never rejects.
   */
  stop(): Promise<void>;
}

const defaults: Patience = {
  burnWindowMs: 300_000,
  maxAttempts: 8,
  maxPreflightAttempts: 4,
  retryBaseMs: 1_000,
  retryMaxMs: 300_000,
};

/**
 * Runs the processes on a database: any number of nodes on one Postgres, or one process on PGlite.
 * @throws NftUpgradeError `wrong_cluster` when the database was made with another chain,
 *   `database_unavailable`
 */
export async function createService<P extends ProcessTable = StandardProcesses>(
  options: ServiceOptions<P>,
): Promise<Service> {
  const { schema = 'nft_upgrade' } = options;
  const db = inSchema(options.db, schema);
  const {
    takeoverMs = defaultTiming.takeoverMs,
    watchMs = defaultTiming.watchMs,
    sweepMs = defaultTiming.sweepMs,
    owedAlarmMs = 900_000,
  } = options;
  const ports = bindPorts(
    {
      // Each process hands its own rules exactly the input its own schema has passed, which the
      // type of a whole table cannot say.
      rules: options.rules as unknown as Readonly<Record<string, ProcessRules>>,
      chain: options.chain,
      content: options.content,
      receipts: options.receipts,
      compensator: options.compensator,
      alerts: options.alerts,
      sinks: options.sinks,
      wake: options.wake ?? postgresWake(db, schema),
    },
    options,
  );
  const { chain, sinks } = ports;
  const rules = checkRules(ports.rules);
  const all: ProcessTable = options.processes ?? standardProcesses;
  const processes = Object.fromEntries(Object.entries(all).filter(([name]) => rules[name]));
  const now = options.now ?? Date.now;
  const log = createLogger(options.log);
  const telemetry = createTelemetry(options.telemetry);
  const onError = (error: unknown) => {
    log.failure('Something went wrong and was dealt with.', error);
    try {
      options.onError?.(error);
    } catch {
      // A log that throws must not touch an operation.
    }
  };

  checkSinks(sinks);
  const watch = authorityWatch(options.authorityWatch);
  const retention = options.retention ? checkRetention(options.retention) : null;
  await migrate(db, migrations, {
    schema,
    log: log.info,
    ...(options.migrations && { mode: options.migrations }),
  });
  if (chain) {
    await pinCluster(db, chain);
    await rememberMintKey(db.sql, chain.mint.key);
  }
  const deployment = await rememberDeployment(db.sql, options.deployment, chain?.mint.key ?? '');

  const formerProcesses = (options.formerProcesses ?? []).filter(({ name }) => rules[name]);
  if (!ports.alerts && chain)
    log.error('No alerts option: where an NFT is owed, nobody is told but this log.');

  const definitions = definitionsOf([
    ...Object.values(processes),
    ...formerProcesses,
    // Pages of the former version begin these, and operations of its time end in them. What the
    // host gives comes first.
    ...Object.values(processes)
      .flatMap((process) => formerOf(process) ?? [])
      .filter((own) => !formerProcesses.some((given) => isSameDefinition(own, given))),
  ]);
  const node = randomUUID().slice(0, 8);
  const journal = createJournal({ db, definitions, node, leaseMs: takeoverMs, now });
  const recentLog = createRecentLog();
  const wake = await createWake({
    bus: ports.wake,
    node,
    onError,
    onNews: recentLog.drop,
    timeoutMs: ports.deadlines['wake.broadcast'],
  });
  let drive: Drive | undefined;
  let deliveryWorkers: DeliveryWorkers | null = null;
  const kick = (sinks?: readonly string[]) => deliveryWorkers?.kick(sinks);
  const queue = await createQueue({
    db,
    schema: `${schema}_queue`,
    advance: async (operationId) => drive?.attempt(operationId),
    onError,
  });
  const engine: Engine = {
    db,
    journal,
    definitions,
    recentLog,
    queue,
    wake,
    processes,
    rules,
    chain,
    content: ports.content && checkContent(ports.content),
    receipts: checkReceipts(ports.receipts),
    sinks: sinks.map(({ name }) => name),
    deliveryWorkers: { kick },
    alerts: ports.alerts,
    compensator: ports.compensator,
    deadlines: ports.deadlines,
    withinStep: ports.step,
    patience: { ...defaults, ...options.patience },
    deployment,
    idPrefixes: [...new Set(definitions.all.map(({ idPrefix }) => idPrefix))],
    durations: createDurations(db, now),
    takeoverMs,
    telemetry,
    log,
    now,
    random: options.random ?? Math.random,
    onError,
  };
  const running = createDrive(engine);
  drive = running;
  for (const name of Object.keys(processes)) engine.durations.of(name);
  if (db.flavour === 'pglite') await releaseAll(db);
  await queue.start();
  log.info('A node of this deployment works.', { node, deployment: deploymentTag(deployment) });
  const place = { db, schema: 'nft_upgrade' } as const;
  const workers = createDeliveryWorkers({
    place,
    channels: channelsOf(engine, sinks),
    telemetry,
    log,
    onError,
    random: engine.random,
  });
  deliveryWorkers = workers;

  const obligations = createObligations(engine, running);
  const rounds = startRounds(engine, running, {
    node,
    definitions: definitions.all,
    obligations,
    watchMs,
    sweepMs,
    ageAlertMs: options.ageAlertMs ?? owedAlarmMs / 3,
    owedAlarmMs,
    reconcileMs: options.reconcileMs ?? 3_600_000,
    authority: watch,
    retention,
  });

  const unobserve = telemetry.observe(() => readGauges(db));
  const traced = traceCommands(telemetry, async (operationId) => {
    const text = 'select traceparent from nft_upgrade.operation where id = $1';
    const [row] = await db.sql<{ traceparent: string | null }>(text, [operationId]);
    return row?.traceparent ?? null;
  });

  const renew = traced.command('reissue_burn', (query: OperationQuery) =>
    decide(() => renewBurn(engine, running, query)),
  );

  return {
    processes,
    start: traced.start((request) => decide(() => start(engine, running, request))),
    async foreignProcess(operationId) {
      const loaded = await journal.load(operationId);
      const known = loaded && definitions.nearest(loaded.row.process, loaded.row.version);
      return known ? null : (loaded?.process ?? null);
    },
    async active({ process, principal }) {
      const live = await journal.live(process, principal.id, 100);
      return live.map(({ snapshot }) => snapshot);
    },
    snapshot: async (query) => (await loadOwned(engine, query)).snapshot,
    async events({
      after,
      limit = 500,
      process,
      operationId,
      principal,
    }): Promise<OperationEvent[]> {
      const owned = { process, operationId, principal: principal.id };
      const events =
        recentLog.read(owned, after, limit) ?? (await journal.read(owned, after, limit));
      if (!events) throw new NftUpgradeError('not_found');
      return [...events];
    },
    watch: (operationId, callback) => wake.subscribe(operationId, callback),
    confirmBurn: traced.command('confirm_burn', (query) =>
      decide(() => confirmBurn(engine, running, query)),
    ),
    renewBurn: renew,
    /** @deprecated */
    reissueBurn: renew,
    cancel: traced.command('cancel', (query) => decide(() => cancel(engine, running, query))),
    retry: traced.command('retry', (query) => decide(() => retry(engine, running, query))),
    obligations,
    unboundBurns: unboundBurns(db),
    outbox: createOutbox(place, kick),
    reconcile: () => reconcile(engine, running),
    advance: (operationId) => running.advance(operationId),
    stop: () =>
      stopWithin(
        options.stopMs ?? 25_000,
        {
          inHand: () => {
            unobserve();
            return Promise.all([rounds.stop(), running.stop()]);
          },
          end: ports.stop,
          rest: {
            durations: () => engine.durations.settled(),
            queue: () => queue.stop({ timeoutMs: 1_000 }),
            deliveries: () => workers.stop(),
            sinks: () => Promise.all(sinks.map(async (sink) => sink.close?.().catch(onError))),
            wake: () => wake.stop(),
          },
        },
        onError,
      ),
  };
}

const isSameDefinition = (one: AnyProcess, other: AnyProcess): boolean =>
  one.name === other.name && one.version === other.version;

/**
 * A database is bound to the first cluster it served: the same mint address means something else on
 * another one.
 */
async function pinCluster(db: Db, chain: Chain): Promise<void> {
  const identity = await chain.identity();
  await db.sql(
    "insert into nft_upgrade.setting (key, value) values ('cluster', $1) on conflict do nothing",
    [identity],
  );
  const [row] = await db.sql<{ value: string }>(
    "select value from nft_upgrade.setting where key = 'cluster'",
  );
  if (row && row.value !== identity)
    throw new NftUpgradeError('wrong_cluster', { details: { database: row.value, rpc: identity } });
}
