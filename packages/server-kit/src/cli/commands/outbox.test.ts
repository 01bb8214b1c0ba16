import { nextEvent, processes } from '@aiw3/nft-upgrade/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../db/db.ts';
import { migrate } from '../../db/migrate.ts';
import { postgres } from '../../db/postgres.ts';
import { migrations } from '../../db/tables.ts';
import { databaseJournal } from '../../emitter/database-journal.ts';
import { enqueueOutbox } from '../../publish/outbox.ts';
import { closeDatabases, testDatabaseUrl } from '../../testing/databases.ts';
import { run } from '../run.ts';

let url = '';
let db: Db;
beforeAll(async () => {
  url = await testDatabaseUrl();
  db = await postgres({ connectionString: url });
  await migrate(db, migrations);
  await db.sql(
    `insert into nft_upgrade.operation (id, process, version, principal, subject, input, mint_key,
      status, phase, asset, seq, live)
     values ('upg_1', 'upgrade', 1, 'alice', 'x', '{}', '', 'completed', 'record', 'delivered', 9,
       false)`,
  );
  for (const seq of [5, 9])
    await enqueueOutbox(db.sql, 'upg_1', 'event', { seq }, ['kafka', 'crm']);
  await db.sql(`update nft_upgrade.delivery set state = 'dead', tries = 50,
    error = 'The broker is away.', settled_at = now()
    where outbox_id = (select min(id) from nft_upgrade.outbox)`);
});
afterAll(async () => {
  await db.close();
  await closeDatabases();
});

const call = async (...argv: string[]) => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const code = await run(argv, { environment: { DATABASE_URL: url }, out: write, err: write });
  return { code, text: lines.join('\n') };
};
const list = async (...flags: string[]) =>
  JSON.parse((await call('outbox', 'list', '--json', ...flags)).text) as {
    id: number;
    sink: string;
  }[];

it('lists, shows, replays and skips dead letters from Postgres alone', async () => {
  const { text } = await call('outbox', 'list');
  expect(text).toMatch(/^id +sink +operation +what/);
  expect(text).toMatch(/kafka +upg_1 +event 5 +.* 50 +1 +The broker is away\./);
  const [dead] = await list('--sink', 'kafka');
  expect((await call('outbox', 'show', String(dead?.id))).text).toContain('The broker is away.');
  expect(await call('outbox', 'replay', String(dead?.id))).toEqual({
    code: 0,
    text: '1 due again.',
  });
  expect(await list('--sink', 'kafka')).toEqual([]);
  expect(await list('--sink', 'kafka', '--state', 'waiting')).toHaveLength(2);
  const [other] = await list();
  expect(await call('outbox', 'skip', String(other?.id))).toMatchObject({ code: 0 });
  expect((await call('outbox', 'list')).text).toBe('Nothing is dead.');
  expect(await call('outbox', 'replay', 'crm')).toEqual({
    code: 0,
    text: 'The sink crm has no dead letters.',
  });
});

it('does the same for the outbox of an emitter, on Postgres', async () => {
  expect(await call('outbox', 'list', '--emitter')).toMatchObject({
    code: 1,
    text: expect.stringContaining('missing_capability'),
  });
  const journal = await databaseJournal(db);
  const entry = { operationId: 'emi_1', process: 'upgrade', principalId: 'alice', subject: 'x' };
  const first = nextEvent(
    processes.upgrade,
    null,
    'initializing',
    { version: 1, input: {} },
    { operationId: 'emi_1', at: new Date() },
  );
  await journal.create(entry, first, null);
  await journal.append({ ...first, seq: 2, status: 'cancelled' }, true, ['kafka']);
  await db.sql(`update nft_upgrade_emitter.delivery set state = 'dead', settled_at = now()`);
  expect((await call('outbox', 'list', '--emitter')).text).toMatch(/kafka +emi_1 +event 2/);
  expect(await call('outbox', 'replay', 'kafka', '--emitter')).toEqual({
    code: 0,
    text: '1 due again.',
  });
  await journal.stop();
});

it('says what is wrong with a call, on Postgres', async () => {
  expect(await call('outbox', 'list', '--state', 'lost')).toMatchObject({
    code: 2,
    text: expect.stringContaining('dead'),
  });
  expect(await call('outbox', 'show', 'x')).toMatchObject({
    code: 2,
    text: expect.stringContaining('whole number'),
  });
  expect(await call('outbox', 'replay', '999')).toMatchObject({
    code: 1,
    text: expect.stringContaining('not_found'),
  });
});
