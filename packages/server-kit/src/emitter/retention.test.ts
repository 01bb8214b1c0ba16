import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextEvent, type OperationEvent, processes } from '@aiw3/nft-upgrade/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { retention, userErase, userExport } from '../cli/commands/retention.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { databaseJournal } from './database-journal.ts';

afterAll(closeDatabases);

const first = (operationId: string) =>
  nextEvent(
    processes.badge_activation,
    null,
    'initializing',
    { version: 1, input: { badgeId: 'one' } },
    { operationId, at: new Date(0) },
  );
const last = (operationId: string): OperationEvent => ({
  ...first(operationId),
  seq: 2,
  status: 'error',
});

describe.each(databases)('retention of an emitter on $name', ({ open }) => {
  it('deletes, exports and erases what has ended, and keeps what is to be delivered', async () => {
    const db = await open();
    const journal = await databaseJournal(db);
    for (const id of ['old', 'owed', 'live', 'new']) {
      const entry = { operationId: id, process: 'badge_activation', principalId: 'alice' };
      const key = { key: `key-${id}`, request: id };
      await journal.create({ ...entry, subject: id }, first(id), key);
      await journal.signal(id, 'cancel', {});
      if (id !== 'live') await journal.append(last(id), true, id === 'owed' ? ['crm'] : []);
    }
    await db.sql(`update nft_upgrade_emitter.operation set created_at = now() - interval '2 days'
      where id <> 'new'`);
    const context = (args: string[], flags = {}) => ({
      db,
      schema: 'nft_upgrade',
      args,
      flags: { emitter: true, ...flags },
      environment: {},
      note: () => undefined,
    });
    const ids = async () =>
      (
        await db.sql<{ id: string }>('select id from nft_upgrade_emitter.operation order by id')
      ).map(({ id }) => id);

    const { data } = await userExport.run(context(['alice']));
    const { operations } = data as { operations: { id: string; events: object[] }[] };
    expect(operations.map(({ id, events }) => [id, events.length])).toEqual([
      ['live', 1],
      ['new', 2],
      ['old', 2],
      ['owed', 2],
    ]);

    const file = join(tmpdir(), `emitter-${process.pid}-${Math.random()}.ndjson`);
    const deleted = await retention.run(context([], { days: '1', export: file }));
    expect([deleted.data, await ids()]).toEqual([{ deleted: 1 }, ['live', 'new', 'owed']]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ id: 'old', signals: [{}] });
    await rm(file);
    const erased = await userErase.run(context(['alice']));
    expect([erased.data, erased.exitCode, await ids()]).toEqual([
      { erased: 1, left: 2 },
      1,
      ['live', 'owed'],
    ]);
    await journal.stop();
  });
});
