import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../testing/embedded-postgres.ts';
import type { Db } from './db.ts';
import { postgres } from './postgres.ts';

let started: Promise<TestPostgres> | undefined;
const opened: Db[] = [];
const server = () => {
  started ??= startPostgres();
  return started;
};
const open = async (options: Partial<Parameters<typeof postgres>[0]> = {}) => {
  const db = await postgres({ connectionString: await (await server()).url(), ...options });
  opened.push(db);
  return db;
};
afterAll(async () => {
  await Promise.all(opened.map((db) => db.close()));
  await (await started)?.stop();
});
const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
const terminateAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

describe('postgres', () => {
  it('S1 refuses at the start when the database is down, and tells no password', async () => {
    const url = new URL(await (await server()).url());
    const { password } = url;
    const wrong: [string, string, boolean][] = [
      ['postgres://somebody:hunter2@127.0.0.1:1/x', 'database_unavailable', true],
      [url.href.replace(password, 'hunter2'), 'database_unavailable', false],
      [`${url.href}_not_there`, 'database_unavailable', false],
      ['postgres://somebody:hunter2@127.0.0.1:port/x', 'invalid_option', false],
    ];
    for (const [connectionString, code, retryable] of wrong) {
      const error = await caught(postgres({ connectionString }));
      expect(error).toMatchObject({ code, retryable });
      const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
      expect(shown).not.toContain('hunter2');
      expect(shown).not.toContain(password);
    }
    await expect(postgres({ connectionString: url.href, max: 0 })).rejects.toMatchObject({
      code: 'invalid_option',
    });
  });

  it('listens again after its backend was terminated, and sends one empty payload', async () => {
    const errors: NftUpgradeError[] = [];
    const db = await open({ onError: (error) => errors.push(error) });
    const received: string[] = [];
    await db.listen('news', (payload) => received.push(payload));
    await db.sql(`NOTIFY news, 'before'`);
    await expect.poll(() => received).toEqual(['before']);
    await db.sql(terminateAll);
    await expect.poll(() => received, { timeout: 10_000 }).toEqual(['before', '']);
    await db.sql(`NOTIFY news, 'after'`);
    await expect.poll(() => received).toEqual(['before', '', 'after']);
    expect(errors.map(({ code }) => code)).toContain('database_unavailable');
  });

  it('rejects with database_unavailable without its backend, then works again', async () => {
    const db = await open();
    const admin = await open();
    await db.sql('CREATE TABLE t (id int)');
    const error = await caught(
      db.tx(async (sql) => {
        await sql('INSERT INTO t VALUES (1)');
        const [row] = await sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await admin.sql('SELECT pg_terminate_backend($1::int)', [row?.pid]);
        await sql('SELECT pg_sleep(5)');
      }),
    );
    // Postgres says 57P01 and closes; which of the two the statement meets first is a race.
    expect(error).toMatchObject({
      code: 'database_unavailable',
      details: { reason: expect.any(String) },
    });
    expect(await db.sql('SELECT * FROM t')).toEqual([]);
  });

  it('S1 S4 survives a connection that is lost while it is being set up', async () => {
    const { hostname, port, href } = new URL(await (await server()).url());
    const sockets = new Set<Socket>();
    let cuts = true;
    const proxy = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
      far.pipe(near);
      near.on('data', (bytes) => {
        // The first statement of each connection of the pool.
        if (cuts && bytes.includes('SET statement_timeout'))
          for (const socket of [near, far]) socket.destroy();
        else far.write(bytes);
      });
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const connectionString = href.replace(
      `:${port}/`,
      `:${typeof address === 'object' ? address?.port : ''}/`,
    );
    // An error that nobody listens to would end this process.
    expect(await caught(postgres({ connectionString }))).toMatchObject({
      code: 'database_unavailable',
    });
    cuts = false;
    const db = await postgres({ connectionString });
    expect(await db.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await db.close();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  it('S4 says that the outcome is unknown when the connection is lost in COMMIT', async () => {
    const db = await open();
    const admin = await open();
    await db.sql('CREATE TABLE t (id int)');
    // A deferred trigger runs within COMMIT: time to cut the connection there.
    await db.sql(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20);
        RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow()
    `);
    let pid: number | undefined;
    const outcome = caught(
      db.tx(async (sql) => {
        pid = (await sql<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid;
        await sql('INSERT INTO t VALUES (1)');
      }),
    );
    const inCommit = async () =>
      (
        await admin.sql(
          `SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND query = 'COMMIT'
            AND wait_event = 'PgSleep'`,
          [pid],
        )
      ).length;
    await expect.poll(inCommit, { timeout: 10_000 }).toBe(1);
    await admin.sql('SELECT pg_terminate_backend($1::int)', [pid]);
    expect(await outcome).toMatchObject({
      code: 'database_unavailable',
      details: { outcome: 'unknown' },
    });
  });

  it('gives up waiting for a free connection', async () => {
    const db = await open({ max: 1, connectionTimeoutMillis: 100 });
    await db.tx(async () => {
      expect(await caught(db.sql('SELECT 1'))).toMatchObject({
        code: 'database_unavailable',
        retryable: true,
      });
    });
    expect(await db.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('lets the server cancel a statement that takes too long', async () => {
    const db = await open({ statementTimeoutMs: 50 });
    await expect(db.sql('SELECT pg_sleep(10)')).rejects.toMatchObject({
      code: 'database_unavailable',
      retryable: true,
      details: { reason: '57014', trouble: 'cancelled' },
    });
    expect(await db.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('S12: a transaction of a frozen process is ended, and its locks with it', async () => {
    const connectionString = await (await server()).url();
    const frozen = await open({ connectionString, statementTimeoutMs: 300 });
    const other = await open({ connectionString, statementTimeoutMs: 5_000 });
    await other.sql('CREATE TABLE held (id int)');
    await other.sql('INSERT INTO held VALUES (1)');
    const [locked, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const late = caught(
      frozen.tx(async (sql) => {
        await sql('SELECT id FROM held FOR UPDATE');
        locked.resolve();
        await awake.promise;
        await sql('UPDATE held SET id = 2');
      }),
    );
    await locked.promise;
    const written = await caught(other.sql('UPDATE held SET id = 3'));
    awake.resolve();
    expect(written).toBe('resolved');
    expect(await late).toMatchObject({ code: 'database_unavailable', retryable: true });
    expect(await other.sql('SELECT id FROM held')).toEqual([{ id: 3 }]);
  });

  it('is read committed, whatever the default of the server is', async () => {
    const db = await open();
    const name = 'colliding';
    await db.sql(`CREATE DATABASE ${name}`);
    await db.sql(`ALTER DATABASE "${name}" SET default_transaction_isolation = 'serializable'`);
    const url = new URL(await (await server()).url());
    url.pathname = `/${name}`;
    const later = await postgres({ connectionString: url.href });
    const isolation = `SELECT current_setting('transaction_isolation') AS isolation`;
    expect(await later.sql(isolation)).toEqual([{ isolation: 'read committed' }]);
    expect(await later.tx((sql) => sql(isolation))).toEqual([{ isolation: 'read committed' }]);
    await later.close();
  });

  it('S1 S4 survives a kill -9 of the server with everything acknowledged in place', async () => {
    const db = await open({ max: 3 });
    const { kill9, restart } = await server();
    const received: string[] = [];
    await db.listen('news', (payload) => received.push(payload));
    await db.sql('CREATE TABLE t (id int PRIMARY KEY)');
    const acknowledged: number[] = [];
    let next = 1;
    let stop = false;
    const write = async () => {
      while (!stop) {
        const id = next++;
        await db
          .tx((sql) => sql('INSERT INTO t VALUES ($1)', [id]))
          .then(
            () => acknowledged.push(id),
            (error: unknown) => {
              if ((error as NftUpgradeError).code !== 'database_unavailable') throw error;
              stop = true;
            },
          );
      }
    };
    const writers = [write(), write()];
    await expect.poll(() => acknowledged.length).toBeGreaterThan(30);
    await kill9();
    await Promise.all(writers);
    expect(await caught(db.sql('SELECT 1'))).toMatchObject({ code: 'database_unavailable' });
    await restart();
    const works = () => db.sql('SELECT 1 AS one').catch(() => undefined);
    await expect.poll(works, { timeout: 20_000 }).toEqual([{ one: 1 }]);
    const there = new Set((await db.sql<{ id: number }>('SELECT id FROM t')).map(({ id }) => id));
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['']);
    await db.sql(`NOTIFY news, 'after'`);
    await expect.poll(() => received).toEqual(['', 'after']);
  });
});
