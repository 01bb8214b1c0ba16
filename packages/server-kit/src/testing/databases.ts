import { setTimeout } from 'node:timers/promises';
import type { Db } from '../db/db.ts';
import { pglite } from '../db/pglite.ts';
import { postgres } from '../db/postgres.ts';
import { freshDatabase, startPostgres, type TestPostgres } from './embedded-postgres.ts';

export { startPostgres, type TestPostgres } from './embedded-postgres.ts';

/**
 * One flavour for a test that runs over both:
 * `describe.each(databases)('… on $name', ({ open }) => …)`.
 */
export interface TestDatabase {
  readonly name: Db['flavour'];
  /** Opens an empty database that nobody else uses. */
  readonly open: () => Promise<Db>;
}

let server: Promise<TestPostgres> | undefined;
const opened = new Set<Db>();

/**
 * Connection string of an empty Postgres database, for tests that start processes on it. The server
 * is one for this process, started by the first call; with `DATABASE_URL_TEST` it is the one that
 * leads to, whose user has to be allowed to create databases.
 */
export async function testDatabaseUrl(): Promise<string> {
  const given = process.env.DATABASE_URL_TEST;
  if (given !== undefined && given !== '') return freshDatabase(given);
  server ??= startPostgres();
  return (await server).url();
}

const remember = (db: Db): Db => {
  opened.add(db);
  return db;
};

/** Both flavours of database, for tests that run over each. */
export const databases: readonly [TestDatabase, TestDatabase] = [
  { name: 'pglite', open: async () => remember(await pglite({ memory: true })) },
  {
    name: 'postgres',
    open: async () => remember(await postgres({ connectionString: await testDatabaseUrl() })),
  },
];

/** Closes every database that was opened here, and ends the server. For `afterAll`. */
export async function closeDatabases(): Promise<void> {
  const all = [...opened];
  opened.clear();
  // A test that failed in the middle may hold a connection for ever; the server is ended anyway.
  await Promise.race([
    Promise.allSettled(all.map((db) => db.close())),
    setTimeout(5_000, undefined, { ref: false }),
  ]);
  const running = server;
  server = undefined;
  await (await running)?.stop();
}
