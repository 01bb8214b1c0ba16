import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeDatabases, databases, testDatabaseUrl } from '../testing/databases.ts';
import type { Db } from './db.ts';
import { type Migration, migrate } from './migrate.ts';
import { postgres } from './postgres.ts';

afterAll(closeDatabases);

const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'first',
    up: 'CREATE TABLE nft_upgrade.a (id int); CREATE INDEX a_id ON nft_upgrade.a (id)',
  },
  { id: 2, name: 'second', up: 'INSERT INTO nft_upgrade.a VALUES (1)' },
];

describe.each(databases)('migrate on $name', ({ open }) => {
  let db: Db;
  beforeAll(async () => {
    db = await open();
  });

  it('applies what is new, once, also when several start at once', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(db, migrations)));
    expect(applied.flat().toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(await db.sql('SELECT id FROM nft_upgrade.a')).toEqual([{ id: 1 }]);
    expect(
      await migrate(db, [...migrations, { id: 3, name: 'third', up: 'DELETE FROM nft_upgrade.a' }]),
    ).toEqual([3]);
  });

  it('S13: works on a newer database, until one says that it is too old for it', async () => {
    expect(await migrate(db, migrations)).toEqual([]);
    expect(await migrate(db, migrations, { mode: 'check' })).toEqual([]);
    const other = await open();
    const breaking = [...migrations, { id: 3, name: 'contract', up: 'SELECT 1', least: 3 }];
    await migrate(other, breaking);
    await expect(migrate(other, migrations)).rejects.toMatchObject({
      code: 'database_newer',
      details: { database: 3, code: 2, least: 3, migration: 'contract' },
    });
    expect(await migrate(other, breaking)).toEqual([]);
  });

  it('builds indexes before the statements, and again where one is half built', async () => {
    const other = await open();
    const indexes = [{ name: 'a_twice', unique: true, on: 'a (id) where id > 0' }];
    const next = [...migrations, { id: 3, name: 'indexes', indexes, up: '' }];
    await migrate(other, migrations);
    await other.sql('INSERT INTO nft_upgrade.a VALUES (1)');
    // Two rows of one key: the index is refused, and stays behind as a ruin on Postgres.
    await expect(migrate(other, next)).rejects.toMatchObject({ code: '23505' });
    await other.sql('DELETE FROM nft_upgrade.a');
    expect(await migrate(other, next)).toEqual([3]);
    expect(
      await other.sql(
        `SELECT indisvalid FROM pg_index WHERE indexrelid = 'nft_upgrade.a_twice'::regclass`,
      ),
    ).toEqual([{ indisvalid: true }]);
  });

  it('makes everything in a schema of another name', async () => {
    const other = await open();
    await migrate(other, migrations, { schema: 'shop' });
    expect(await other.sql('SELECT id FROM shop.a')).toEqual([{ id: 1 }]);
    expect(await other.sql(`SELECT to_regnamespace('nft_upgrade') AS n`)).toEqual([{ n: null }]);
    expect(await migrate(other, migrations, { schema: 'shop' })).toEqual([]);
  });

  it('keeps nothing of a migration that fails', async () => {
    const known = [...migrations, { id: 3, name: 'third', up: 'DELETE FROM nft_upgrade.a' }];
    const broken = [
      ...known,
      { id: 4, name: 'broken', up: 'CREATE TABLE nft_upgrade.b (id int); SELECT 1 / 0' },
    ];
    await expect(migrate(db, broken)).rejects.toMatchObject({ code: '22012' });
    expect(await db.sql(`SELECT to_regclass('nft_upgrade.b') AS b`)).toEqual([{ b: null }]);
    expect(
      await migrate(db, [
        ...known,
        { id: 4, name: 'broken', up: 'CREATE TABLE nft_upgrade.b (id int)' },
      ]),
    ).toEqual([4]);
  });

  it('refuses a renamed migration and a list with a gap', async () => {
    const renamed = [1, 2, 3, 4].map((id) => ({ id, name: `other ${id}`, up: '' }));
    await expect(migrate(db, renamed)).rejects.toMatchObject({
      code: 'invalid_option',
      details: { id: 1, code: 'other 1', database: 'first' },
    });
    await expect(migrate(db, [{ id: 2, name: 'second', up: '' }])).rejects.toMatchObject({
      code: 'invalid_option',
    });
  });
});

it('migrates an empty database of Postgres on which several nodes start at once', async () => {
  const url = await testDatabaseUrl();
  const nodes = await Promise.all(
    [1, 2, 3, 4, 5].map(() => postgres({ connectionString: url, max: 2 })),
  );
  const applied = await Promise.all(nodes.map((node) => migrate(node, migrations)));
  expect(applied.flat().toSorted((a, b) => a - b)).toEqual([1, 2]);
  await Promise.all(nodes.map((node) => node.close()));
});

it('runs longer than the statement timeout, and says that it waits for another one', async () => {
  const connectionString = await testDatabaseUrl();
  const open = () => postgres({ connectionString, max: 2, statementTimeoutMs: 300 });
  const [db, other] = [await open(), await open()];
  const slow = [...migrations, { id: 3, name: 'slow', up: 'SELECT pg_sleep(1)' }];
  const lines: string[] = [];
  const applied = await Promise.all(
    [db, other].map((one) => migrate(one, slow, { log: (line) => lines.push(line) })),
  );
  expect(applied.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  expect(lines.filter((line) => line.includes('Waiting for the lock'))).toHaveLength(1);
  await Promise.all([db.close(), other.close()]);
});

it('gives way to writers that hold the table, and comes again', async () => {
  const db = await postgres({ connectionString: await testDatabaseUrl(), max: 3 });
  await migrate(db, migrations);
  const lines: string[] = [];
  const altered = { id: 3, name: 'altered', up: 'ALTER TABLE nft_upgrade.a ADD COLUMN b int' };
  const log = (line: string) => lines.push(line);
  let migrating: Promise<number[]> | undefined;
  await db.tx(async (sql) => {
    await sql('INSERT INTO nft_upgrade.a VALUES (2)');
    migrating = migrate(db, [...migrations, altered], { log });
    await expect.poll(() => lines.join(), { timeout: 15_000 }).toContain('is in use');
  });
  expect(await migrating).toEqual([3]);
  await db.close();
});

it('needs no right to create where everything is there, and says who has to run what', async () => {
  const connectionString = await testDatabaseUrl();
  const owner = await postgres({ connectionString, max: 2 });
  const role = `app_${Date.now()}`;
  await owner.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
  const url = new URL(connectionString);
  url.username = role;
  url.password = 'app';
  const app = await postgres({ connectionString: url.href, max: 2 });
  await expect(migrate(app, migrations)).rejects.toMatchObject({
    code: 'missing_capability',
    details: { missing: [1, 2] },
  });
  await migrate(owner, migrations);
  await owner.sql(
    `GRANT USAGE ON SCHEMA nft_upgrade TO ${role};
     GRANT SELECT ON ALL TABLES IN SCHEMA nft_upgrade TO ${role}`,
  );
  expect(await migrate(app, migrations)).toEqual([]);
  await Promise.all([owner.close(), app.close()]);
});
