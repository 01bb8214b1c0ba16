import { nextEvent, processes } from '@aiw3/nft-upgrade/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { journalSuite } from '../testing/journal-suite.ts';
import { databaseJournal } from './database-journal.ts';
import { memoryJournal } from './memory-journal.ts';

afterAll(closeDatabases);

describe('the journal in memory', () => {
  for (const { name, run } of journalSuite(() => memoryJournal())) it(name, run);
});
describe.each(databases)('the journal in $name', ({ open }) => {
  let db: Promise<Db> | undefined;
  const empty = async () => {
    db ??= open();
    const journal = await databaseJournal(await db);
    await (await db).sql('truncate nft_upgrade_emitter.operation cascade');
    return journal;
  };
  for (const { name, run } of journalSuite(empty)) it(name, run);
});

describe('the journal in memory is bounded', () => {
  const entry = (operationId: string) => ({
    operationId,
    process: 'upgrade',
    principalId: operationId,
    subject: 'nft',
  });
  const first = (operationId: string) => {
    const input = { targetTierId: 'x'.repeat(2_000) };
    return nextEvent(
      processes.upgrade,
      null,
      'initializing',
      { version: 1, input },
      { operationId, at: new Date(0) },
    );
  };
  const end = (operationId: string) => ({ ...first(operationId), seq: 2, status: 'cancelled' });

  it('forgets ended operations, oldest first, and refuses a start to keep live ones', async () => {
    const journal = memoryJournal({ maxBytes: 8_000 });
    const key = { key: 'key-00000001', request: 'x' };
    await journal.create(entry('a'), first('a'), key);
    await journal.create(entry('b'), first('b'), null);
    await journal.append(end('b'), true);
    await journal.append(end('a'), true);
    await journal.create(entry('c'), first('c'), null);
    expect([await journal.find('b'), (await journal.find('a'))?.operationId]).toEqual([null, 'a']);
    await journal.create(entry('d'), first('d'), null);
    expect(await journal.find('a')).toBeNull();
    expect((await journal.create(entry('a'), first('a'), key)).created).toBe(true);
    await expect(journal.create(entry('f'), first('f'), null)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(await journal.find('c')).not.toBeNull();
    await journal.append(end('c'), true);
    expect((await journal.create(entry('f'), first('f'), null)).created).toBe(true);
  });

  it('forgets an ended operation after its time', async () => {
    let now = 0;
    const journal = memoryJournal({ keepMs: 1_000, now: () => now });
    await journal.create(entry('a'), first('a'), null);
    await journal.append(end('a'), true);
    now = 999;
    await journal.create(entry('b'), first('b'), null);
    expect(await journal.find('a')).not.toBeNull();
    now = 1_000;
    await journal.create(entry('c'), first('c'), null);
    expect([await journal.find('a'), (await journal.find('b'))?.operationId]).toEqual([null, 'b']);
  });
});
