import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { retention, userErase, userExport } from '../cli/commands/retention.ts';
import type { Db } from '../db/db.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';
import { deleteEnded, eraseUser } from './retention.ts';

afterAll(closeDatabases);

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const day = 86_400_000;
const count = async (db: Db, table: string) => {
  const [row] = await db.sql<{ n: number }>(`select count(*)::int as n from nft_upgrade.${table}`);
  return row?.n;
};

describe.each(databases)('retention on $name', ({ open }) => {
  async function environment(options: Partial<ServiceOptions> = {}) {
    const db = options.db ?? (await open());
    const ledger = memoryChain();
    ledger.give(mint, principal.wallet);
    const service = await createService({
      db,
      chain: ledger.chain,
      content: memoryContent().store,
      rules: permissiveRules(mint).rules,
      watchMs: 50,
      ...options,
    });
    return { db, ledger, service };
  }
  const start = async (service: Service, process: 'upgrade' | 'badge_activation', key: string) => {
    const { snapshot } = await service.start({
      process,
      principal,
      input: process === 'upgrade' ? { targetTierId: 'tier-2' } : { badgeId: key },
      idempotencyKey: `key-0000000${key}`,
    });
    return { process, operationId: snapshot.operationId, principal };
  };
  const upgraded = async (service: Service) => {
    const query = await start(service, 'upgrade', '1');
    const { now } = await untilStatus(service, query, ['awaiting_burn']);
    const { transaction: signedTransaction } = now.burnTransaction as { transaction: string };
    await service.confirmBurn({ ...query, confirmation: { signedTransaction } });
    await untilStatus(service, query, ['completed']);
    return query;
  };
  const age = (db: Db) =>
    db.sql(`update nft_upgrade.operation set updated_at = now() - interval '2 days'
      where not live`);
  const contextOf = (db: Db, args: string[], flags = {}) => ({
    db,
    schema: 'nft_upgrade',
    args,
    flags,
    environment: {},
    note: () => undefined,
  });

  it('deletes what ended long ago, exported first, and a burned NFT still counts', async () => {
    const { db, service } = await environment();
    const query = await upgraded(service);
    const file = join(tmpdir(), `retention-${process.pid}-${Math.random()}.ndjson`);
    const flags = { days: '1', export: file };
    expect((await retention.run(contextOf(db, [], flags))).data).toEqual({ deleted: 0 });
    await age(db);
    const failing = { endedMs: day, export: () => Promise.reject(new TypeError('no room')) };
    await expect(deleteEnded(db, failing)).rejects.toThrow('no room');
    expect((await retention.run(contextOf(db, [], flags))).data).toEqual({ deleted: 1 });

    const line = JSON.parse(await readFile(file, 'utf8')) as { id: string; events: object[] };
    expect([line.id, line.events.length > 5]).toEqual([query.operationId, true]);
    await rm(file);
    for (const table of ['operation', 'event', 'attempt', 'burn_signature', 'idempotency_key'])
      expect([table, await count(db, table)]).toEqual([table, 0]);
    const [stays] = await db.sql('select * from nft_upgrade.burned');
    expect(stays).toMatchObject({
      asset: mint,
      mint_address: expect.any(String),
      mint_signature: expect.any(String),
    });
    expect(JSON.stringify(stays)).not.toContain(principal.id);
    await expect(service.snapshot(query)).rejects.toMatchObject({ code: 'not_found' });
    const again = await start(service, 'upgrade', '2');
    const refused = await untilStatus(service, again, ['qualification_failed', 'error']);
    expect(refused.now).toMatchObject({ code: 'nft_already_upgraded' });
    await service.stop();
  });

  it('mints the next claim elsewhere, also when the one before it was deleted', async () => {
    const { db, service, ledger } = await environment();
    const claimed = async (key: string) => {
      const { snapshot } = await service.start({
        process: 'claim',
        principal,
        input: {},
        idempotencyKey: `key-0000000${key}`,
      });
      const query = { process: 'claim', operationId: snapshot.operationId, principal };
      return (await untilStatus(service, query, ['completed'])).facts.mintAddress;
    };
    const addresses = [await claimed('1')];
    for (const key of ['2', '3']) {
      await age(db);
      expect(await deleteEnded(db, { endedMs: day })).toBe(1);
      addresses.push(await claimed(key));
    }
    expect([new Set(addresses).size, ledger.mints()]).toEqual([3, 3]);
    expect(
      JSON.stringify(await db.sql('select * from nft_upgrade.delivered_before')),
    ).not.toContain(principal.id);
    await service.stop();
  });

  it('keeps what lives, is owed or is to be told, and exports and erases a user', async () => {
    const { db, service } = await environment();
    const live = await start(service, 'upgrade', '1');
    await untilStatus(service, live, ['awaiting_burn']);
    for (const key of ['2', '3', '4'])
      await untilStatus(service, await start(service, 'badge_activation', key), ['completed']);
    const ended = await db.sql<{ id: string }>(
      'select id from nft_upgrade.operation where not live order by id',
    );
    const [owed, untold] = ended.map(({ id }) => id);
    await db.sql(
      `insert into nft_upgrade.obligation (operation_id, compensation_id, evidence)
        values ($1, 'cmp_1', '{}')`,
      [owed],
    );
    await db.sql(
      `with o as (insert into nft_upgrade.outbox (operation_id, topic, data)
        values ($1, 'event', '{"seq":1}') returning id, operation_id)
       insert into nft_upgrade.delivery (sink, outbox_id, operation_id, state)
        select 'crm', id, operation_id, 'dead' from o`,
      [untold],
    );
    const exported = await userExport.run(contextOf(db, ['alice']));
    expect((exported.data as { operations: object[] }).operations).toHaveLength(4);
    const erased = await userErase.run(contextOf(db, ['alice']));
    expect([erased.data, erased.exitCode]).toEqual([{ erased: 1, left: 3 }, 1]);
    expect((await service.snapshot(live)).status).toBe('awaiting_burn');

    await db.sql(`update nft_upgrade.obligation set settlement = 'delivered'`);
    await db.sql(`update nft_upgrade.delivery set state = 'skipped'`);
    await service.cancel(live);
    await db.sql(`update nft_upgrade.operation set live = false`);
    await service.stop();
    await db.sql(`update nft_upgrade.delivery set state = 'delivered'`);
    expect(await eraseUser(db, 'alice')).toEqual({ erased: 3, left: 0 });
  });

  it('goes by itself where the host says how old', async () => {
    const seen: string[] = [];
    const policy = { endedMs: day, export: async (lines: string) => void seen.push(lines) };
    const { db, service } = await environment();
    await untilStatus(service, await start(service, 'badge_activation', '1'), ['completed']);
    await age(db);
    await service.stop();
    const next = await environment({ db, retention: policy, random: () => 0 });
    await expect.poll(() => count(db, 'operation'), { timeout: 10_000 }).toBe(0);
    await next.service.stop();
    expect(seen).toHaveLength(1);
    expect(await deleteEnded(db, policy)).toBe(0);
  });

  it('has a cap, and refuses an age that is none', async () => {
    const { db, service } = await environment();
    for (const key of ['1', '2', '3'])
      await untilStatus(service, await start(service, 'badge_activation', key), ['completed']);
    await service.stop();
    await age(db);
    for (const days of ['Infinity', '-1', '0', '1e3', '99999', 'a year', undefined])
      await expect(retention.run(contextOf(db, [], { days }))).rejects.toMatchObject({
        code: 'invalid_option',
        message: expect.stringContaining('--days'),
      });
    for (const endedMs of [Number.POSITIVE_INFINITY, Number.NaN, -1, 0, 1e18])
      await expect(environment({ db, retention: { endedMs } })).rejects.toMatchObject({
        code: 'invalid_option',
      });
    expect(await deleteEnded(db, { endedMs: day }, { most: 2 })).toBe(2);
    expect(await deleteEnded(db, { endedMs: day }, { most: 2 })).toBe(1);
  });
});
