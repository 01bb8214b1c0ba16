import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeDatabases, databases } from '../testing/databases.ts';
import type { Db } from './db.ts';
import { isUniqueViolation, sqlState } from './errors.ts';

afterAll(closeDatabases);

describe.each(databases)('Db on $name', ({ open }) => {
  let db: Db;
  beforeAll(async () => {
    db = await open();
    await db.sql(
      `CREATE TABLE thing (id int CONSTRAINT thing_key PRIMARY KEY,
        name text CONSTRAINT thing_name UNIQUE, data jsonb)`,
    );
  });
  const ids = async () =>
    (await db.sql<{ id: number }>('SELECT id FROM thing ORDER BY id')).map(({ id }) => id);

  it('commits what resolves and rolls back what rejects', async () => {
    expect(
      await db.tx(
        async (sql) =>
          (await sql<{ id: number }>('INSERT INTO thing (id) VALUES ($1) RETURNING id', [1]))[0]
            ?.id,
      ),
    ).toBe(1);
    const failure = new Error('not this one');
    await expect(
      db.tx(async (sql) => {
        await sql('INSERT INTO thing (id) VALUES (2)');
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await ids()).toEqual([1]);
  });

  it('S4 does not take ROLLBACK for an answer to COMMIT', async () => {
    await expect(
      db.tx(async (sql) => {
        await sql('INSERT INTO thing (id) VALUES (3)');
        await sql('SELECT 1 / 0').catch(() => undefined);
        return 'looks fine';
      }),
    ).rejects.toMatchObject({ code: 'transaction_rolled_back', details: { answer: 'ROLLBACK' } });
    expect(await ids()).toEqual([1]);
    // A savepoint makes a failed statement harmless, and that is a real COMMIT.
    await db.tx(async (sql) => {
      await sql('SAVEPOINT a');
      await sql('SELECT 1 / 0').catch(() => undefined);
      await sql('ROLLBACK TO SAVEPOINT a');
      await sql('INSERT INTO thing (id) VALUES (3)');
    });
    expect(await ids()).toEqual([1, 3]);
    await db.sql('DELETE FROM thing WHERE id = 3');
  });

  it('rejects when the commit itself fails, and goes on working', async () => {
    await db.sql(
      'CREATE TABLE child (parent int REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const error: unknown = await db
      .tx((sql) => sql('INSERT INTO child VALUES (999)'))
      .catch((thrown: unknown) => thrown);
    expect(sqlState(error)).toBe('23503');
    expect(await db.sql('SELECT * FROM child')).toEqual([]);
  });

  it('leaves no broken transaction behind when a script with its own BEGIN fails', async () => {
    await expect(
      db.sql('BEGIN; INSERT INTO thing (id) VALUES (4); SELECT 1 / 0; COMMIT'),
    ).rejects.toMatchObject({ code: '22012' });
    expect(await ids()).toEqual([1]);
    expect(await db.tx((sql) => sql('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('keeps transactions apart that run at once', async () => {
    await db.sql('CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)');
    const add = () =>
      db.tx(async (sql) => {
        const [row] = await sql<{ n: number }>('SELECT n FROM counter FOR UPDATE');
        await new Promise((resolve) => setTimeout(resolve, 1));
        await sql('UPDATE counter SET n = $1', [(row?.n ?? 0) + 1]);
      });
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await db.sql('SELECT n FROM counter')).toEqual([{ n: 20 }]);
  });

  it('refuses a statement after the end of its transaction', async () => {
    const late = await db.tx((sql) => Promise.resolve(sql));
    await expect(late('INSERT INTO thing (id) VALUES (5)')).rejects.toMatchObject({
      code: 'internal',
    });
    expect(await ids()).toEqual([1]);
  });

  it('gives and takes values the same way', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z');
    const [row] = await db.sql(
      `SELECT $1::timestamptz AS at, $2::jsonb AS object, $3::jsonb AS list, $4::jsonb AS nothing,
        $5::text[] AS names, $6::text AS none, 7::bigint AS small,
        9007199254740993::bigint AS large, count(*) AS counted FROM thing
       WHERE id = ANY($7::int[])`,
      [at, { a: [1, { b: 'ü"' }] }, ['x', { y: null }], [], ['p', 'q,"r'], undefined, [1, 2]],
    );
    expect(row).toEqual({
      at,
      object: { a: [1, { b: 'ü"' }] },
      list: ['x', { y: null }],
      nothing: [],
      names: ['p', 'q,"r'],
      none: null,
      small: 7,
      large: 9_007_199_254_740_993n,
      counted: 1,
    });
    // Into a column of the type, without a cast, as most statements are written.
    await db.sql('UPDATE thing SET data = $1 WHERE id = 1', [{ deep: { er: true } }]);
    expect(await db.sql('SELECT data FROM thing WHERE id = 1')).toEqual([
      { data: { deep: { er: true } } },
    ]);
    await expect(db.sql('UPDATE thing SET data = $1 WHERE id = 1', [[]])).rejects.toMatchObject({
      code: 'invalid_option',
      details: { parameter: 1 },
    });
  });

  it('runs several statements without parameters and gives the rows of all', async () => {
    expect(await db.sql('SELECT 1 AS n; CREATE TEMP TABLE t (a int); SELECT 2 AS n')).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  });

  it('knows a unique violation, and of which constraint', async () => {
    await db.sql(`INSERT INTO thing (id, name) VALUES (6, 'six')`);
    const byKey: unknown = await db
      .sql('INSERT INTO thing (id) VALUES ($1)', [6])
      .catch((error: unknown) => error);
    expect([
      isUniqueViolation(byKey),
      isUniqueViolation(byKey, 'thing_key'),
      isUniqueViolation(byKey, 'thing_name'),
    ]).toEqual([true, true, false]);
    const byName: unknown = await db
      .tx((sql) => sql(`INSERT INTO thing (id, name) VALUES (7, $1)`, ['six']))
      .catch((error: unknown) => error);
    expect(isUniqueViolation(byName, 'thing_name')).toBe(true);
    const other: unknown = await db.sql('SELECT nothing').catch((error: unknown) => error);
    expect([isUniqueViolation(other), sqlState(other)]).toEqual([false, '42703']);
  });

  it('puts no parameter into an error', async () => {
    const error: unknown = await db
      .sql('SELECT $1::int', ['a secret of the user'])
      .catch((thrown: unknown) => thrown);
    expect(sqlState(error)).toBe('22P02');
    expect(Object.keys(error as object)).not.toEqual(expect.arrayContaining(['params']));
    expect(Object.keys(error as object)).not.toEqual(expect.arrayContaining(['query']));
  });

  it('hears a notification after the commit, and none of a rollback', async () => {
    const received: string[] = [];
    const first = await db.listen('news', (payload) => received.push(`first ${payload}`));
    const second = await db.listen('news', (payload) => received.push(`second ${payload}`));
    await db.tx((sql) => sql('SELECT pg_notify($1, $2)', ['news', 'a']));
    await db
      .tx(async (sql) => {
        await sql(`SELECT pg_notify('news', 'never')`);
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await expect.poll(() => received).toEqual(['first a', 'second a']);
    await first();
    await db.sql(`NOTIFY news, 'b'`);
    await expect.poll(() => received).toEqual(['first a', 'second a', 'second b']);
    await second();
    await db.sql(`NOTIFY news, 'c'`);
    await db.sql('SELECT 1');
    expect(received).toHaveLength(3);
    await expect(db.listen('news"; DROP TABLE thing', () => undefined)).rejects.toMatchObject({
      code: 'invalid_option',
    });
  });

  it('refuses to work once it is closed, and closes twice', async () => {
    const other = await open();
    await Promise.all([other.sql('SELECT 1'), other.close(), other.close()]);
    await expect(other.sql('SELECT 1')).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(other.tx((sql) => sql('SELECT 1'))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
  });
});
