import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { PgBoss } from 'pg-boss';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Db, Sql } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { postgres } from '../db/postgres.ts';
import { alone, writeAtomically } from '../db/write-atomically.ts';
import { closeDatabases, databases, testDatabaseUrl } from '../testing/databases.ts';
import { createQueue, type Job, type Queue, type QueueOptions } from './queue.ts';

afterAll(closeDatabases);
const made: Queue[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((queue) => queue.stop({ timeoutMs: 1_000 })));
});
const make = async (options: QueueOptions) => {
  const queue = await createQueue(options);
  made.push(queue);
  return queue;
};
const jobs = (db: Db, operationId: string) =>
  db.sql<{ state: string; retry_count: number }>(
    `SELECT state, retry_count FROM nft_upgrade_queue.job WHERE data->>'operationId' = $1`,
    [operationId],
  );
const patient = { timeout: 20_000 };
const enqueue = async (queue: Queue, sql: Sql, job: Job) => {
  await writeAtomically(sql, alone(job.operationId), [queue.add(job)]);
  queue.expect(job.operationId, job.startAfterMs ?? 0);
};

describe.each(databases)('queue on $name', ({ open }) => {
  let db: Db;
  beforeAll(async () => {
    db = await open();
  });

  it('S4 runs what was committed and nothing that was rolled back', async () => {
    const advanced: string[] = [];
    const queue = await make({ db, advance: async (id) => void advanced.push(id) });
    await db.sql('CREATE TABLE journal (id text)');
    const write = async (id: string, fail: boolean) =>
      db.tx(async (sql) => {
        await sql('INSERT INTO journal VALUES ($1)', [id]);
        await enqueue(queue, sql, { operationId: id, seq: 1 });
        if (fail) throw new Error('rolled back');
      });
    await write('kept', false);
    await expect(write('undone', true)).rejects.toThrow('rolled back');
    expect(await jobs(db, 'undone')).toEqual([]);
    expect(await jobs(db, 'kept')).toMatchObject([{ state: 'created' }]);
    await queue.start();
    await write('later', false);
    await expect.poll(() => advanced, patient).toEqual(['kept', 'later']);
    expect(await db.sql('SELECT id FROM journal ORDER BY id')).toEqual([
      { id: 'kept' },
      { id: 'later' },
    ]);
    await expect.poll(async () => (await jobs(db, 'later'))[0]?.state, patient).toBe('completed');
  });

  it('runs a delayed job not before its time', async () => {
    const at = new Map<string, number>();
    const queue = await make({ db, advance: async (id) => void at.set(id, performance.now()) });
    await queue.start();
    const begun = performance.now();
    await db.tx((sql) =>
      enqueue(queue, sql, { operationId: 'delayed', seq: 1, startAfterMs: 300.4 }),
    );
    await db.tx((sql) => enqueue(queue, sql, { operationId: 'at once', seq: 1 }));
    await expect.poll(() => [...at.keys()], patient).toEqual(['at once', 'delayed']);
    // A millisecond less: the clock of the database is read in microseconds, this one starts a
    // little before.
    expect((at.get('delayed') ?? 0) - begun).toBeGreaterThanOrEqual(300);
    await expect(
      db.tx((sql) => enqueue(queue, sql, { operationId: 'never', seq: 1, startAfterMs: -1 })),
    ).rejects.toMatchObject({
      code: 'invalid_option',
    });
    await expect(
      db.tx((sql) =>
        enqueue(queue, sql, { operationId: 'never', seq: 1, startAfterMs: Number.NaN }),
      ),
    ).rejects.toMatchObject({
      code: 'invalid_option',
    });
  });

  it('runs a job again after it threw, alone, and tells why', async () => {
    const errors: NftUpgradeError[] = [];
    const advanced: string[] = [];
    const queue = await make({
      db,
      onError(error) {
        errors.push(error);
        throw new Error('S6: a hook that throws');
      },
      async advance(id) {
        advanced.push(id);
        if (id === 'flaky' && advanced.filter((each) => each === id).length < 2)
          throw new Error('chain down');
      },
    });
    await db.tx(async (sql) => {
      for (const operationId of ['flaky', 'fine'])
        await enqueue(queue, sql, { operationId, seq: 1 });
    });
    await queue.start();
    await expect
      .poll(async () => (await jobs(db, 'flaky'))[0], patient)
      .toEqual({ state: 'completed', retry_count: 1 });
    expect(advanced.toSorted()).toEqual(['fine', 'flaky', 'flaky']);
    expect(errors).toMatchObject([
      { code: 'internal', operationId: 'flaky', cause: { message: 'chain down' } },
    ]);
  });

  it('keeps a job for as long as its operation is owed', async () => {
    const queue = await make({ db, advance: async () => undefined });
    await db.tx((sql) =>
      enqueue(queue, sql, { operationId: 'settings', seq: 1, startAfterMs: 86_400_000 }),
    );
    const [row] = await db.sql(
      `SELECT retry_limit, retry_backoff, retry_delay_max, expire_seconds, heartbeat_seconds,
        keep_until > now() + interval '9 years' AS kept,
        start_after > now() + interval '23 hours' AS delayed
       FROM nft_upgrade_queue.job WHERE data->>'operationId' = 'settings'`,
    );
    expect(row).toEqual({
      retry_limit: 1_000_000,
      retry_backoff: true,
      retry_delay_max: 60,
      expire_seconds: 900,
      heartbeat_seconds: 10,
      kept: true,
      delayed: true,
    });
    const [settings] = await db.sql(
      `SELECT heartbeat_seconds FROM nft_upgrade_queue.queue WHERE name = 'advance'`,
    );
    expect(settings).toEqual({ heartbeat_seconds: 10 });
  });

  it('writes a job as pg-boss itself would', async () => {
    const queue = await make({ db, advance: async () => undefined });
    await enqueue(queue, db.sql, { operationId: 'ours', seq: 7, startAfterMs: 86_400_000 });
    const boss = new PgBoss({
      db: { executeSql: async (text, values) => ({ rows: await db.sql(text, values) }) },
      backend: db.flavour,
      schema: 'nft_upgrade_queue',
      schedule: false,
      supervise: false,
      migrate: false,
    });
    boss.on('error', () => undefined);
    await boss.start();
    await boss.send('advance', { operationId: 'theirs', seq: 7 }, { startAfter: 86_400 });
    await boss.stop({ graceful: false, close: false });
    const rows = await db.sql<Record<string, unknown>>(
      `SELECT j.*, extract(epoch FROM start_after - created_on) AS delay,
        extract(epoch FROM keep_until - start_after) AS kept
       FROM nft_upgrade_queue.job j WHERE data->>'operationId' IN ('ours', 'theirs')
         ORDER BY data->>'operationId'`,
    );
    const [ours, theirs] = rows.map(
      ({
        id: _id,
        created_on: _created,
        start_after: _start,
        keep_until: _keep,
        data,
        ...row
      }) => ({
        ...row,
        data: { ...(data as object), operationId: 'either' },
      }),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ delay: '86400.000000', state: 'created', policy: 'standard' });
  });

  it('takes back a job that waits, and leaves one that runs', async () => {
    let go: () => void = () => undefined;
    let begun = 0;
    const queue = await make({
      db,
      advance: () => {
        begun += 1;
        return new Promise<void>((resolve) => {
          go = resolve;
        });
      },
    });
    const later = 86_400_000;
    for (const seq of [1, 2])
      await enqueue(queue, db.sql, { operationId: 'waits', seq, startAfterMs: later });
    queue.withdraw({ operationId: 'waits', seq: 1 });
    const seqs = () =>
      db.sql(
        `SELECT data->'seq' AS seq FROM nft_upgrade_queue.job WHERE data->>'operationId' = 'waits'`,
      );
    await expect.poll(seqs, patient).toEqual([{ seq: 2 }]);
    await queue.start();
    await enqueue(queue, db.sql, { operationId: 'runs', seq: 1 });
    await expect.poll(() => begun, patient).toBe(1);
    // Both at once: when the second is gone, the first was asked for as well.
    queue.withdraw({ operationId: 'runs', seq: 1 });
    queue.withdraw({ operationId: 'waits', seq: 2 });
    await expect.poll(seqs, patient).toEqual([]);
    expect(await jobs(db, 'runs')).toMatchObject([{ state: 'active' }]);
    go();
    await expect.poll(async () => (await jobs(db, 'runs'))[0]?.state, patient).toBe('completed');
    // Where the event is not written, neither is anything else.
    const nothing = { text: 'select id from nft_upgrade_queue.job where false', values: [] };
    expect(
      await writeAtomically(db.sql, nothing, [queue.add({ operationId: 'unwritten', seq: 1 })]),
    ).toBeNull();
    expect(await jobs(db, 'unwritten')).toEqual([]);
  });

  it('asks once for several jobs of one operation in a batch', async () => {
    let calls = 0;
    const queue = await make({ db, concurrency: 1, advance: async () => void calls++ });
    await db.tx(async (sql) => {
      for (let seq = 1; seq <= 5; seq++) await enqueue(queue, sql, { operationId: 'same', seq });
    });
    await queue.start();
    await expect
      .poll(
        async () => (await jobs(db, 'same')).every(({ state }) => state === 'completed'),
        patient,
      )
      .toBe(true);
    expect(calls).toBe(1);
  });

  it('stop waits for what runs, and takes nothing new', async () => {
    const finished: string[] = [];
    let begun = 0;
    const queue = await createQueue({
      db,
      async advance(id) {
        begun++;
        await new Promise((resolve) => setTimeout(resolve, 400));
        finished.push(id);
      },
    });
    await queue.start();
    await db.tx((sql) => enqueue(queue, sql, { operationId: 'running', seq: 1 }));
    await expect.poll(() => begun, patient).toBe(1);
    await queue.stop();
    expect(finished).toEqual(['running']);
    expect(await jobs(db, 'running')).toMatchObject([{ state: 'completed' }]);
    // The journal still writes while a node shuts down; another one will run it.
    await db.tx((sql) => enqueue(queue, sql, { operationId: 'afterwards', seq: 1 }));
    expect(await jobs(db, 'afterwards')).toMatchObject([{ state: 'created' }]);
    await db.sql(`DELETE FROM nft_upgrade_queue.job WHERE data->>'operationId' = 'afterwards'`);
  });

  it('stop aborts what does not end in time, and leaves it to another node', async () => {
    let signal: AbortSignal | undefined;
    const queue = await createQueue({
      db,
      advance: (_id, own) => {
        signal = own;
        return new Promise((_resolve, reject) =>
          own.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      },
    });
    await queue.start();
    await db.tx((sql) => enqueue(queue, sql, { operationId: 'stuck', seq: 1 }));
    await expect.poll(() => signal !== undefined, patient).toBe(true);
    await queue.stop({ timeoutMs: 1_000 });
    expect(signal?.aborted).toBe(true);
    const advanced: string[] = [];
    const other = await make({ db, advance: async (id) => void advanced.push(id) });
    await other.start();
    await expect.poll(() => advanced, patient).toEqual(['stuck']);
  });
});

describe('queues of several nodes on one Postgres', () => {
  it('start at once on an empty database and share the work, each job once', async () => {
    const url = await testDatabaseUrl();
    const nodes = await Promise.all(
      [1, 2, 3, 4].map(() => postgres({ connectionString: url, max: 4 })),
    );
    const advanced: string[][] = [[], [], [], []];
    const queues = await Promise.all(
      nodes.map(async (db, node) => {
        await migrate(db, [{ id: 1, name: 'none', up: 'SELECT 1' }]);
        return make({
          db,
          concurrency: 2,
          async advance(id) {
            advanced[node]?.push(id);
            await new Promise((resolve) => setTimeout(resolve, 20));
          },
        });
      }),
    );
    const [db] = nodes;
    const [queue] = queues;
    if (db === undefined || queue === undefined) throw new Error('no node');
    const ids = Array.from({ length: 100 }, (_, index) => `shared ${index}`);
    await db.tx(async (sql) => {
      for (const operationId of ids) await enqueue(queue, sql, { operationId, seq: 1 });
    });
    await Promise.all(queues.map((each) => each.start()));
    await expect.poll(() => advanced.flat().length, patient).toBe(100);
    expect(advanced.flat().toSorted()).toEqual(ids.toSorted());
    expect(advanced.filter((each) => each.length > 0).length).toBeGreaterThan(1);
    await Promise.all(made.splice(0).map((each) => each.stop()));
    await Promise.all(nodes.map((each) => each.close()));
  });

  it('S4 take over the job of a node that was killed', async () => {
    const url = await testDatabaseUrl();
    const db = await postgres({ connectionString: url });
    const advanced: string[] = [];
    const queue = await make({ db, advance: async (id) => void advanced.push(id) });
    const doomed = spawn(
      process.execPath,
      ['--conditions=aiw3-source', join(import.meta.dirname, 'queue.fixture.ts'), url],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines: string[] = [];
    createInterface({ input: doomed.stdout }).on('line', (line) => lines.push(line));
    try {
      await expect.poll(() => lines, patient).toEqual(['ready']);
      await db.tx((sql) => enqueue(queue, sql, { operationId: 'orphan', seq: 1 }));
      await expect.poll(() => lines, patient).toEqual(['ready', 'orphan']);
    } finally {
      doomed.kill('SIGKILL');
    }
    await queue.start();
    // The heartbeat has to lapse first: at most 20 s. With the defaults of pg-boss it is a quarter
    // of an hour.
    await expect.poll(() => advanced, { timeout: 40_000, interval: 200 }).toEqual(['orphan']);
    await queue.stop();
    await db.close();
  });
});
