import { createHash } from 'node:crypto';
import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type Db as BossDb,
  type Queue as BossQueue,
  type ConstructorOptions,
  PgBoss,
  type Job as QueuedJob,
  type WorkOptions,
} from 'pg-boss';
import type { Db } from '../db/db.ts';
import { ensureSchema } from '../db/schema.ts';
import type { Statement } from '../db/write-atomically.ts';

/**
 * Says "advance this operation"; what to do comes from the journal. It may run twice, late, or on
 * another node.
 */
export interface Job {
  operationId: string;
  /** The event after which it is asked for: names the job, and never decides anything. */
  seq: number;
  /**
   * Milliseconds from now, 0 by default. It runs some milliseconds later here, up to 2 s later on
   * other nodes.
   */
  startAfterMs?: number;
}

export interface Queue {
  /**
   * Adds a job in the statement that writes the event: it exists exactly if the event does. Works
   * before `start()` too.
   */
  add(job: Job): Statement;
  /**
   * Takes back the job that was asked for after an event that another one has followed, unless
   * somebody is at it: it would find its work done. Not at once but together with others, and not
   * for certain: a job too many does no harm.
   */
  withdraw(job: Pick<Job, 'operationId' | 'seq'>): void;
  /**
   * Sees to it that this process looks for a job of the operation when it is due. The latest call
   * for an operation counts; null when nothing will be due.
   */
  expect(operationId: string, startAfterMs: number | null): void;
  /** Begins to take jobs. A process that only answers requests does not call it. */
  start(): Promise<void>;
  /**
   * Takes no more jobs, waits for those that run, at most `timeoutMs` milliseconds (30 000 by
   * default, at least 1 000); then their signals are aborted and the jobs go to other nodes. The
   * database stays open.
   */
  stop(options?: { timeoutMs?: number }): Promise<void>;
}

export interface QueueOptions {
  db: Db;
  /** Where its tables are. Default `nft_upgrade_queue`. */
  schema?: string;
  /**
   * Advances one operation as far as it goes. A rejection means "again": after 1 s, then with a
   * doubled pause up to a minute, without an end. False means the same without an error: the job is
   * for another node. `signal` aborts when the job was given to another
   * node or the process shuts down.
   */
  advance: (operationId: string, signal: AbortSignal) => Promise<unknown>;
  /**
   * Workers of this process, 10 by default. Each takes up to ten jobs at a time, so a slow
   * operation holds at most nine others back.
   */
  concurrency?: number;
  /**
   * Receives errors of jobs that failed and of the queue itself. Nothing has to be done:
   * both are tried again.
   */
  onError?: (error: NftUpgradeError) => void;
}

const name = 'advance';

/**
 * The defaults of pg-boss are for jobs that may be lost after two tries. Here the operations behind
 * them are owed.
 */
const settings = {
  schema: 'nft_upgrade_queue',
  schedule: false,
  // Both 60 by default, and they add up: a job of a killed process ran again after 62 s, so after
  // 20 at most. The sweep of the journal is sooner anyway, and each round costs the database 25 ms.
  superviseIntervalSeconds: 5,
  monitorIntervalSeconds: 5,
  maintenanceIntervalSeconds: 600,
} as const satisfies ConstructorOptions;

const queueSettings = {
  // Nobody listens: see `workSettings`.
  notify: false,
  // The least that is allowed: how long a dead process keeps its jobs.
  heartbeatSeconds: 10,
  // A crash uses up a try like an error does, and there is no number after which an upgrade is owed
  // no more.
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  // Longer than the longest step, which is an upload with all its retries: after it the job also
  // runs elsewhere.
  expireInSeconds: 900,
  // A job that waits is deleted after 14 days by default, done or not. Ten years.
  retentionSeconds: 315_360_000,
  // The journal is the record; done jobs are only weight. One hour, for somebody who looks into a
  // case.
  deleteAfterSeconds: 3_600,
} as const satisfies Omit<BossQueue, 'name'>;

const workSettings = {
  batchSize: 10,
  perJobResults: true,
  // Without the two an idle worker sleeps a whole interval after each job: 8 to 21 operations a
  // second instead of 80 to 90.
  burstWhenBatchFull: true,
  // Every job is delayed: it is there for the case that the node that asked for it dies. By polling
  // it is found elsewhere.
  pollingIntervalSeconds: 2,
} as const satisfies WorkOptions;

/**
 * Timers hold a delay of at most 2^31 − 1 ms; far sooner than that, polling finds the job on time.
 */
const longestTimerMs = 60_000;

type Payload = Pick<Job, 'operationId' | 'seq'>;

/**
 * The job of an event has one name, so that the node that writes the next event can withdraw it
 * without having read it.
 */
function idOf({ operationId, seq }: Payload): string {
  const hex = createHash('sha256').update(`${operationId}/${seq}`).digest('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * What `send()` of pg-boss writes, as a part of a larger statement: its table is open to SQL. A
 * test compares the two, column by column. https://pgboss.io/sql
 */
const addText = `job as (
    insert into ${settings.schema}.job (id, name, data, start_after, created_on, keep_until,
      expire_seconds, deletion_seconds, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, heartbeat_seconds, policy)
    select $1::uuid, '${name}', $2::jsonb, now() + make_interval(secs => $3::float8), now(),
      now() + make_interval(secs => $3::float8 + ${queueSettings.retentionSeconds}),
        ${queueSettings.expireInSeconds}, ${queueSettings.deleteAfterSeconds},
      ${queueSettings.retryLimit}, ${queueSettings.retryDelay}, ${queueSettings.retryBackoff},
        ${queueSettings.retryDelayMax},
      ${queueSettings.heartbeatSeconds}, 'standard'
    from updated on conflict do nothing)`;

/** How long withdrawn jobs are gathered, to go in one statement. */
const GATHER_MS = 250;

/**
 * Through `Db` and not through the adapters of pg-boss: only so do its queries keep the guards of
 * PGlite, and share the pool.
 */
function adapt(db: Db): BossDb {
  return {
    executeSql: async (text, values) => ({ rows: await db.sql(text, values) }),
  };
}

function asError(error: unknown, operationId?: string): NftUpgradeError {
  // pg-boss reports some errors as plain copies, which have lost their class.
  if (!(error instanceof Error))
    return new NftUpgradeError(isNftUpgradeError(error) ? error.code : 'internal', {
      cause: error,
    });
  return toNftUpgradeError(error, 'internal', {
    ...(operationId !== undefined && { operationId }),
  });
}

/** Makes the tables of the queue, and starts it on them. */
async function openBoss(db: Db, schema: string, report: (error: unknown) => void): Promise<PgBoss> {
  const boss = new PgBoss({ ...settings, schema, db: adapt(db), backend: db.flavour });
  boss.on('error', (error) => report(error));
  try {
    await ensureSchema(db, schema);
    await boss.start();
    await boss.createQueue(name, queueSettings);
    // An older version of this package may have made it with other settings.
    await boss.updateQueue(name, queueSettings);
    return boss;
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw error;
  }
}

/** Makes the tables of the queue and nothing else, for the owner of the database. */
export async function migrateQueue(db: Db, schema: string): Promise<void> {
  const boss = await openBoss(db, schema, () => undefined);
  await boss.stop({ close: false, graceful: false });
}

/**
 * Makes the queue on the database, its schema `nft_upgrade_queue` included. Any number of processes
 * may do so at once.
 * @throws NftUpgradeError `database_unavailable`, `invalid_option`
 */
export async function createQueue({
  db,
  schema = settings.schema,
  advance,
  concurrency = 10,
  onError,
}: QueueOptions): Promise<Queue> {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new NftUpgradeError('invalid_option', {
      message: 'concurrency has to be a whole number from 1.',
      details: { concurrency },
    });
  }
  const report = (error: unknown, operationId?: string) => {
    try {
      onError?.(asError(error, operationId));
    } catch {
      // A hook of the host that throws must not fail a job, nor end the process.
    }
  };
  const boss = await openBoss(db, schema, report);
  let worker: string | undefined;

  /** Several jobs of one operation in one batch ask for the same thing. */
  const advanceBatch = async (jobs: QueuedJob<Payload>[]) => {
    const operations = Map.groupBy(jobs, (job) => job.data.operationId);
    const results = await Promise.all(
      [...operations].map(async ([operationId, same]) => {
        const status = await Promise.resolve(AbortSignal.any(same.map((job) => job.signal)))
          .then((signal) => advance(operationId, signal))
          .then(
            (taken) => (taken === false ? ('failed' as const) : ('completed' as const)),
            (error: unknown) => {
              report(error, operationId);
              return 'failed' as const;
            },
          );
        return same.map(({ id }) => ({ id, status }));
      }),
    );
    return results.flat();
  };

  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let takenBack: string[] = [];
  let gathering: ReturnType<typeof setTimeout> | undefined;

  const removeTakenBack = async () => {
    clearTimeout(gathering);
    gathering = undefined;
    const ids = takenBack;
    takenBack = [];
    if (ids.length === 0) return;
    await db
      .sql(
        `delete from ${settings.schema}.job where name = '${name}' and id = any($1::uuid[])
          and state < 'active'`,
        [ids],
      )
      // They stay, then, and find their work done.
      .catch((error: unknown) => report(error));
  };

  return {
    add({ operationId, seq, startAfterMs = 0 }) {
      if (!(startAfterMs >= 0 && Number.isFinite(startAfterMs))) {
        throw new NftUpgradeError('invalid_option', {
          message: 'startAfterMs has to be 0 or more milliseconds.',
          operationId,
          details: { startAfterMs },
        });
      }
      const payload: Payload = { operationId, seq };
      return { text: addText, values: [idOf(payload), payload, startAfterMs / 1_000] };
    },
    withdraw(job) {
      takenBack.push(idOf(job));
      gathering ??= setTimeout(() => void removeTakenBack(), GATHER_MS).unref();
    },
    expect(operationId, startAfterMs) {
      clearTimeout(timers.get(operationId));
      timers.delete(operationId);
      if (startAfterMs === null || startAfterMs > longestTimerMs || worker === undefined) return;
      const look = () => {
        timers.delete(operationId);
        if (worker !== undefined) boss.notifyWorker(worker);
      };
      timers.set(operationId, setTimeout(look, Math.ceil(startAfterMs) + 5).unref());
    },
    async start() {
      worker ??= await boss.work<Payload>(
        name,
        { ...workSettings, localConcurrency: concurrency },
        advanceBatch,
      );
    },
    async stop({ timeoutMs = 30_000 } = {}) {
      worker = undefined;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await removeTakenBack();
      await boss.stop({ close: false, graceful: true, timeout: timeoutMs });
    },
  };
}
