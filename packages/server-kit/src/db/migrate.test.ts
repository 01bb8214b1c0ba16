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

  it('refuses a database that is newer than the code', async () => {
    await expect(migrate(db, migrations)).rejects.toMatchObject({
      code: 'database_newer',
      details: { database: 3, code: 2, migration: 'third' },
    });
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
