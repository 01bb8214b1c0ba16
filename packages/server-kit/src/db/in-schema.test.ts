import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run.ts';
import { databaseJournal } from '../emitter/database-journal.ts';
import { createService, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases, testDatabaseUrl } from '../testing/databases.ts';
import { permissiveRules, untilStatus } from '../testing/rules.ts';
import { inSchema } from './in-schema.ts';
import { postgres } from './postgres.ts';

afterAll(closeDatabases);

const principal = { id: 'alice' };
const begin = (badgeId: string) => ({
  process: 'badge_activation',
  principal,
  input: { badgeId },
  idempotencyKey: 'key-00000001',
});
const process = 'badge_activation';

describe.each(databases)('two products in one database on $name', ({ open }) => {
  it('have tables, queues, keys and wake-ups of their own', async () => {
    const db = await open();
    const published: string[] = [];
    const productOf = (schema: string, options: Partial<ServiceOptions> = {}) =>
      createService({
        db,
        schema,
        rules: permissiveRules('nft').rules,
        sinks: [{ name: 'crm', publish: async ({ id }) => void published.push(`${schema} ${id}`) }],
        ...options,
      });
    const [shop, arcade] = [await productOf('shop'), await productOf('arcade')];
    const [one, other] = [await shop.start(begin('a')), await arcade.start(begin('b'))];
    // The same key of the same user makes two operations.
    expect(one.snapshot.operationId).not.toBe(other.snapshot.operationId);
    const query = { process, operationId: one.snapshot.operationId, principal };
    await untilStatus(shop, query, ['completed']);
    await expect(arcade.snapshot(query)).rejects.toMatchObject({ code: 'not_found' });
    await expect.poll(() => published.length, { timeout: 15_000 }).toBe(2);
    expect(published.toSorted().map((line) => line.split(' ')[0])).toEqual(['arcade', 'shop']);
    expect(await db.sql(`select to_regnamespace('nft_upgrade') as usual`)).toEqual([
      { usual: null },
    ]);
    await (await databaseJournal(db, { schema: 'shop' })).stop();
    expect(await db.sql('select id from shop_emitter.operation')).toEqual([]);
    await Promise.all([shop.stop(), arcade.stop()]);
  });

  it('refuses a name that is none', async () => {
    const db = await open();
    expect(() => inSchema(db, 'a; drop table b')).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });
});

it('the servers need no right to create once the owner has migrated', async () => {
  const connectionString = await testDatabaseUrl();
  const owner = await postgres({ connectionString, max: 2 });
  const role = `servers_${Date.now()}`;
  await owner.sql(`create role ${role} login password 'servers'`);
  const url = new URL(connectionString);
  url.username = role;
  url.password = 'servers';
  const db = await postgres({ connectionString: url.href });
  const errors: unknown[] = [];
  const options: ServiceOptions = {
    db,
    schema: 'shop',
    rules: permissiveRules('nft').rules,
    onError: (error) => errors.push(error),
  };
  const refusal = { code: 'missing_capability', hint: expect.stringContaining('--grant') };
  await expect(createService(options)).rejects.toMatchObject(refusal);
  const lines: string[] = [];
  const migrated = await run(['migrate', '--emitter', '--grant', role, '--schema', 'shop'], {
    environment: { DATABASE_URL: connectionString },
    out: (line) => lines.push(line),
    err: () => undefined,
  });
  expect([migrated, lines.join()]).toEqual([0, expect.stringContaining('Applied: journal')]);
  const service = await createService({ ...options, migrations: 'check' });
  await (await databaseJournal(db, { schema: 'shop' })).stop();
  const { snapshot } = await service.start(begin('a'));
  await untilStatus(service, { process, operationId: snapshot.operationId, principal }, [
    'completed',
  ]);
  await service.stop();
  expect(errors).toEqual([]);
  await expect(db.sql('create table shop.mine (id int)')).rejects.toMatchObject({ code: '42501' });
  await Promise.all([owner.close(), db.close()]);
});
