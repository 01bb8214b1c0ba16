import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type Db as BossDb,
  type Queue as BossQueue,
  type ConstructorOptions,
  PgBoss,
  type Job as QueuedJob,
  type WorkOptions,
} from 'pg-boss';
import type { Db, Sql } from '../db/db.ts';
import { ensureSchema } from '../db/schema.ts';

/** Says "advance this operation"; what to do comes from the journal. It may run twice, late, or on another node. */
export interface Job {
  operationId: string;
  /** The event after which it was asked for: for logs and for leaving out doubles, never for a decision. */
  seq: number;
  /** Milliseconds from now, 0 by default; a fraction is rounded up to the next whole one. It runs some milliseconds later here, up to 2 s later on other nodes. */
  startAfterMs?: number;
}

export interface Queue {
  /** Adds a job in the transaction of the caller: it exists when that commits, and never did when it rolls back. Works before `start()` too. */
  enqueue(sql: Sql, job: Job): Promise<void>;
  /** Begins to take jobs. A process that only answers requests does not call it. */
  start(): Promise<void>;
  /**
   * Takes no more jobs, waits for those that run, at most `timeoutMs` milliseconds (30 000 by default, at least 1 000); then their signals are
   * aborted and the jobs go to other nodes. The database stays open.
   */
  stop(options?: { timeoutMs?: number }): Promise<void>;
}

export interface QueueOptions {
  db: Db;
  /**
   * Advances one operation as far as it goes. A rejection means "again": after 1 s, then with a doubled pause up to a minute, without an end.
   * `signal` aborts when the job was given to another node or the process shuts down.
   */
  advance: (operationId: string, signal: AbortSignal) => Promise<void>;
  /** Workers of this process, 10 by default. Each takes up to ten jobs at a time, so a slow operation holds at most nine others back. */
  concurrency?: number;
  /** Told about jobs that failed and about failures of the queue itself. Nothing has to be done: both are tried again. */
  onError?: (error: NftUpgradeError) => void;
}

const name = 'advance';

/** The defaults of pg-boss are for jobs that may be lost after two tries. Here the operations behind them are owed. */
const settings = {
  schema: 'nft_upgrade_queue',
  useListenNotify: true,
  schedule: false,
  // Both 60 by default, and they add up: a job of a killed process ran again after 62 s, so after 12.
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
  maintenanceIntervalSeconds: 600,
} as const satisfies ConstructorOptions;

const queueSettings = {
  // Without it the listener of `useListenNotify` hears nothing.
  notify: true,
  // The least that is allowed: how long a dead process keeps its jobs.
  heartbeatSeconds: 10,
  // A crash uses up a try like an error does, and there is no number after which an upgrade is owed no more.
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  // Longer than the longest step, which is an upload with all its retries: after it the job also runs elsewhere.
  expireInSeconds: 900,
  // A job that waits is deleted after 14 days by default, done or not. Ten years.
  retentionSeconds: 315_360_000,
  // The journal is the record; done jobs are only weight. One hour, for somebody who looks into a case.
  deleteAfterSeconds: 3_600,
} as const satisfies Omit<BossQueue, 'name'>;

const workSettings = {
  batchSize: 10,
  perJobResults: true,
  // Without the two an idle worker sleeps a whole interval after each job: 8 to 21 operations a second instead of 80 to 90.
  burstWhenBatchFull: true,
  // Notifications announce only jobs that are due. Delayed ones and retries are found by polling, by default every 30 s.
  pollingIntervalSeconds: 2,
  notifyPollingIntervalSeconds: 2,
} as const satisfies WorkOptions;

/** Timers hold a delay of at most 2^31 − 1 ms; far sooner than that, polling finds the job on time. */
const longestTimerMs = 60_000;

type Payload = Pick<Job, 'operationId' | 'seq'>;

/** Through `Db` and not through the adapters of pg-boss: only so do its queries keep the guards of PGlite, and share the pool and the LISTEN connection. */
function adapt(db: Db): BossDb {
  return {
    executeSql: async (text, values) => ({ rows: await db.sql(text, values) }),
    async listen(channel, onNotification, onReconnect) {
      const close = await db.listen(channel, (payload) => (payload === '' ? onReconnect() : onNotification(payload)));
      // pg-boss fetches once after each LISTEN: what was announced before it is not announced again.
      onReconnect();
      return { close };
    },
  };
}

function asError(error: unknown, operationId?: string): NftUpgradeError {
  // pg-boss reports some errors as plain copies, which have lost their class.
  if (!(error instanceof Error)) return new NftUpgradeError(isNftUpgradeError(error) ? error.code : 'internal', { cause: error });
  return toNftUpgradeError(error, 'internal', { ...(operationId !== undefined && { operationId }) });
}

/**
 * Makes the queue on the database, its schema `nft_upgrade_queue` included. Any number of processes may do so at once.
 * @throws NftUpgradeError `database_unavailable`, `invalid_option`
 */
export async function createQueue({ db, advance, concurrency = 10, onError }: QueueOptions): Promise<Queue> {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new NftUpgradeError('invalid_option', { message: 'concurrency has to be a whole number from 1.', details: { concurrency } });
  }
  const report = (error: unknown, operationId?: string) => {
    try {
      onError?.(asError(error, operationId));
    } catch {
      // A hook of the host that throws must not fail a job, nor end the process.
    }
  };
  const boss = new PgBoss({ ...settings, db: adapt(db), backend: db.flavour });
  boss.on('error', (error) => report(error));
  let worker: string | undefined;
  try {
    await ensureSchema(db, settings.schema);
    await boss.start();
    await boss.createQueue(name, queueSettings);
    // An older version of this package may have made it with other settings.
    await boss.updateQueue(name, queueSettings);
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw error;
  }

  /** Several jobs of one operation in one batch ask for the same thing. */
  const advanceBatch = async (jobs: QueuedJob<Payload>[]) => {
    const operations = Map.groupBy(jobs, (job) => job.data.operationId);
    const results = await Promise.all(
      [...operations].map(async ([operationId, same]) => {
        const status = await Promise.resolve(AbortSignal.any(same.map((job) => job.signal)))
          .then((signal) => advance(operationId, signal))
          .then(
            () => 'completed' as const,
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

  return {
    async enqueue(sql, { operationId, seq, startAfterMs = 0 }) {
      if (!(startAfterMs >= 0 && Number.isFinite(startAfterMs))) {
        throw new NftUpgradeError('invalid_option', {
          message: 'startAfterMs has to be 0 or more milliseconds.',
          operationId,
          details: { startAfterMs },
        });
      }
      const delayMs = Math.ceil(startAfterMs);
      const payload: Payload = { operationId, seq };
      const inTransaction: BossDb = { executeSql: async (text, values) => ({ rows: await sql(text, values) }) };
      await boss.send(name, payload, { db: inTransaction, ...(delayMs > 0 && { startAfter: delayMs / 1_000 }) });
      if (delayMs === 0 || delayMs > longestTimerMs) return;
      // Only this process knows the moment; if the transaction is rolled back, one fetch finds nothing.
      setTimeout(() => {
        if (worker !== undefined) boss.notifyWorker(worker);
      }, delayMs + 5).unref();
    },
    async start() {
      worker ??= await boss.work<Payload>(name, { ...workSettings, localConcurrency: concurrency }, advanceBatch);
    },
    async stop({ timeoutMs = 30_000 } = {}) {
      worker = undefined;
      await boss.stop({ close: false, graceful: true, timeout: timeoutMs });
    },
  };
}
