import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { migrate } from '../db/migrate.ts';
import { postgres } from '../db/postgres.ts';
import { migrations } from '../db/tables.ts';
import { closeDatabases, databases, testDatabaseUrl } from '../testing/databases.ts';
import { hasOtherPast, isDue } from './due.ts';

afterAll(closeDatabases);

describe.each(databases)('what one node of all does, on $name', ({ name, open }) => {
  it('is done once in the time', async () => {
    const db = await open();
    await migrate(db, migrations);
    const both = await Promise.all([isDue(db, 'some', 60_000), isDue(db, 'some', 60_000)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await isDue(db, 'other', 60_000)).toBe(true);
    expect(await isDue(db, 'some', 0)).toBe(true);
    // The clock was set back since.
    await db.sql(
      `update nft_upgrade.setting set value = (clock_timestamp() + interval '1 hour')::text
        where key = 'some'`,
    );
    expect(await isDue(db, 'some', 60_000)).toBe(true);
    expect(await isDue(db, 'some', 60_000)).toBe(false);
  });

  it('S3: a database that comes from elsewhere is noticed once', async () => {
    const db = await open();
    await migrate(db, migrations);
    expect(await hasOtherPast(db, 'first')).toBe(true);
    expect(await hasOtherPast(db, 'first')).toBe(false);
    // Another process: of PGlite its files may have been copied back, of Postgres nothing has
    // happened.
    expect(await hasOtherPast(db, 'second')).toBe(name === 'pglite');
    await db.sql(
      `update nft_upgrade.setting set value = 'that of the server where the backup was made'
        where key = 'past'`,
    );
    expect(await hasOtherPast(db, 'second')).toBe(true);
  });
});

it('S3: the owner of a Postgres database may ask for its past; a copy has another', async () => {
  const url = new URL(await testDatabaseUrl());
  const admin = await postgres({ connectionString: url.href });
  const role = `plain_${randomUUID().slice(0, 8)}`;
  await admin.sql(
    `create role ${role} login password 'plain';
      grant create on database "${url.pathname.slice(1)}" to ${role}`,
  );
  const open = (database: string) =>
    postgres({
      connectionString: Object.assign(new URL(url.href), {
        username: role,
        password: 'plain',
        pathname: database,
      }).href,
    });
  const db = await open(url.pathname);
  await migrate(db, migrations);
  expect(await hasOtherPast(db, '')).toBe(true);
  await Promise.all([db.close(), admin.close()]);
  const server = await postgres({
    connectionString: Object.assign(new URL(url.href), { pathname: '/postgres' }).href,
  });
  await server.sql(`create database ${role} template "${url.pathname.slice(1)}"`);
  const copy = await open(`/${role}`);
  expect(await hasOtherPast(copy, '')).toBe(true);
  expect(await hasOtherPast(copy, '')).toBe(false);
  await copy.close();
  await server.sql(`drop database ${role}`);
  await server.close();
});
