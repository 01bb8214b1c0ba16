import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from './db/db.ts';
import { createHandler } from './http/handler.ts';
import { createService, type Service, type ServiceOptions } from './service.ts';
import { closeDatabases, databases } from './testing/databases.ts';
import { type MemoryChain, memoryChain } from './testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from './testing/rules.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const bob = { id: 'bob', wallet: '4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T' };

afterAll(closeDatabases);

describe.each(databases)('the engine on $name', ({ open }) => {
  let db: Db;
  let ledger: MemoryChain;
  let content: ReturnType<typeof memoryContent>;
  let host: ReturnType<typeof permissiveRules>;
  let services: Service[] = [];
  const errors: unknown[] = [];
  const alerts: { operationId: string; summary: string }[] = [];

  const make = async (options: Partial<ServiceOptions> = {}): Promise<Service> => {
    const service = await createService({
      db,
      chain: ledger.chain,
      content: content.store,
      rules: host.rules,
      watchMs: 20,
      sweepMs: 200,
      patience: { retryBaseMs: 10, retryMaxMs: 50, maxAttempts: 3 },
      alerts: { alert: async (alert) => void alerts.push(alert) },
      onError: (error) => errors.push(error),
      ...options,
    });
    services.push(service);
    return service;
  };
  const startUpgrade = (service: Service, key: string | null = 'key-00000001', principal = alice) =>
    service.start({
      process: 'upgrade',
      principal,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: key,
    });
  const query = (operationId: string, process = 'upgrade', principal = alice) => ({
    process,
    operationId,
    principal,
  });
  const statuses = async (service: Service, id: string, process = 'upgrade') =>
    (await service.events({ ...query(id, process), after: 0 })).map((event) => event.status);

  beforeAll(async () => {
    db = await open();
  });
  beforeEach(() => {
    ledger = memoryChain();
    ledger.give(mint, alice.wallet);
    content = memoryContent();
    host = permissiveRules(mint);
    errors.length = 0;
    alerts.length = 0;
  });
  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    services = [];
    await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
  });

  it('activates a badge without a chain', async () => {
    const service = await make({ chain: undefined, content: undefined });
    const { snapshot } = await service.start({
      process: 'badge_activation',
      principal: alice,
      input: { badgeId: 'b1' },
      idempotencyKey: null,
    });
    const done = await untilStatus(service, query(snapshot.operationId, 'badge_activation'), [
      'completed',
    ]);
    expect(done.facts.badge).toMatchObject({ badgeId: 'b1', status: 'activated' });
    expect(await statuses(service, snapshot.operationId, 'badge_activation')).toEqual([
      'initializing',
      'qualification_verified',
      'updating_records',
      'completed',
    ]);
  });

  it('claims: mints without a burn', async () => {
    const service = await make();
    const { snapshot } = await service.start({
      process: 'claim',
      principal: alice,
      input: {},
      idempotencyKey: null,
    });
    const done = await untilStatus(service, query(snapshot.operationId, 'claim'), ['completed']);
    expect(done).toMatchObject({ asset: 'delivered', progress: 100 });
    expect(ledger.mints()).toBe(1);
  });

  it('upgrades: hands out a burn, finds it on the chain, delivers once', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    const id = snapshot.operationId;
    const waiting = await untilStatus(service, query(id), ['awaiting_burn']);
    const { burnTransaction } = waiting.now as { burnTransaction: { transaction: string } };
    const confirmed = await service.confirmBurn({
      ...query(id),
      confirmation: { signedTransaction: burnTransaction.transaction },
    });
    const again = await service.confirmBurn({
      ...query(id),
      confirmation: { signedTransaction: burnTransaction.transaction },
    });
    expect(again.burnTxSignature).toBe(confirmed.burnTxSignature);
    const done = await untilStatus(service, query(id), ['completed']);
    expect(done.facts).toMatchObject({
      burnTxSignature: confirmed.burnTxSignature,
      receipt: { id: expect.stringMatching(/^rcp_/) },
    });
    expect(ledger.ownerOf(mint)).toBeNull();
    expect(ledger.mints()).toBe(1);
    expect(host.recorded).toEqual([id]);
    expect(await statuses(service, id)).toEqual([
      'initializing',
      'qualification_verified',
      'awaiting_burn',
      'verifying_burn',
      'burn_verified',
      'uploading_metadata',
      'metadata_uploaded',
      'minting_new_nft',
      'updating_records',
      'completed',
    ]);
    expect(errors).toEqual([]);
  });

  it('B11, W5: finds the burn from the chain with no client at all', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    const signature = ledger.submit(snapshot.operationId);
    const done = await untilStatus(service, query(snapshot.operationId), ['completed']);
    expect(done.facts.burnTxSignature).toBe(signature);
  });

  it('C1, C2: a repeated start and a second one for the NFT join the live operation', async () => {
    const service = await make();
    const all = await Promise.all([
      startUpgrade(service),
      startUpgrade(service),
      startUpgrade(service, 'key-00000002'),
      startUpgrade(service, null),
    ]);
    expect(new Set(all.map(({ snapshot }) => snapshot.operationId)).size).toBe(1);
    expect(all.filter(({ attached }) => !attached)).toHaveLength(1);
    expect(
      (await service.active({ process: 'upgrade', principal: alice })).map(
        ({ operationId }) => operationId,
      ),
    ).toEqual([all[0]?.snapshot.operationId]);
    expect(await service.active({ process: 'upgrade', principal: bob })).toEqual([]);
  });

  it('C3: the same key with another body is refused, and nothing is created', async () => {
    const service = await make();
    await startUpgrade(service);
    const other = service.start({
      process: 'upgrade',
      principal: alice,
      input: { targetTierId: 'tier-3' },
      idempotencyKey: 'key-00000001',
    });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await db.sql('select id from nft_upgrade.operation')).toHaveLength(1);
  });

  it('reads what a user has alive in one statement, however much it is', async () => {
    const request = new AsyncLocalStorage<string[]>();
    const sql: Db['sql'] = (text, ...rest) => {
      request.getStore()?.push(text);
      return db.sql(text, ...rest);
    };
    const service = await make({ db: { ...db, flavour: db.flavour, sql } });
    for (const badgeId of ['one', 'two', 'three'])
      await service.start({
        process: 'badge_activation',
        principal: alice,
        input: { badgeId },
        idempotencyKey: null,
      });
    await startUpgrade(service);
    const { fetch } = createHandler(service, { authenticate: async () => alice });
    for (const process of ['upgrade', 'badge-activation']) {
      const statements: string[] = [];
      const url = `http://node/api/v1/nft/${process}?active=true`;
      const answer = await request.run(statements, () => fetch(new Request(url)));
      expect([answer.status, statements.length]).toEqual([200, 1]);
    }
  });

  it("answers for another's operation, or another process, as if it did not exist", async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    for (const foreign of [
      query(snapshot.operationId, 'upgrade', bob),
      query(snapshot.operationId, 'claim'),
      query('upg_none'),
    ]) {
      await expect(service.snapshot(foreign)).rejects.toMatchObject({ code: 'not_found' });
      await expect(service.events({ ...foreign, after: 0 })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(service.cancel(foreign)).rejects.toMatchObject({ code: 'not_found' });
      await expect(
        service.confirmBurn({ ...foreign, confirmation: { burnTxSignature: '1'.repeat(64) } }),
      ).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });

  it('C4: what the user lacks ends with reasons, and frees what was reserved', async () => {
    ledger.give(mint, bob.wallet);
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    const ended = await untilStatus(service, query(snapshot.operationId), ['qualification_failed']);
    expect(ended).toMatchObject({
      asset: 'safe',
      now: {
        code: 'nft_not_owned',
        requirements: [{ code: 'nft_not_owned', required: 1, actual: 0 }],
      },
    });
    await expect.poll(() => host.released).toEqual([snapshot.operationId]);
  });

  it('refuses a database that was made with another chain', async () => {
    await make();
    await expect(
      make({ chain: { ...ledger.chain, identity: async () => 'devnet' } }),
    ).rejects.toMatchObject({ code: 'wrong_cluster' });
  });
});
