import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from './db/db.ts';
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
    service.start({ process: 'upgrade', principal, input: { targetTierId: 'tier-2' }, idempotencyKey: key });
  const query = (operationId: string, process = 'upgrade', principal = alice) => ({ process, operationId, principal });
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
    await db.sql('truncate nft_upgrade.operation, nft_upgrade.setting cascade');
  });

  it('activates a badge without a chain', async () => {
    const service = await make({ chain: undefined, content: undefined });
    const { snapshot } = await service.start({
      process: 'badge_activation',
      principal: alice,
      input: { badgeId: 'b1' },
      idempotencyKey: null,
    });
    const done = await untilStatus(service, query(snapshot.operationId, 'badge_activation'), ['completed']);
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
    const { snapshot } = await service.start({ process: 'claim', principal: alice, input: {}, idempotencyKey: null });
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
    const confirmed = await service.confirmBurn({ ...query(id), confirmation: { signedTransaction: burnTransaction.transaction } });
    const again = await service.confirmBurn({ ...query(id), confirmation: { signedTransaction: burnTransaction.transaction } });
    expect(again.burnTxSignature).toBe(confirmed.burnTxSignature);
    const done = await untilStatus(service, query(id), ['completed']);
    expect(done.facts).toMatchObject({ burnTxSignature: confirmed.burnTxSignature, receipt: { id: expect.stringMatching(/^rcp_/) } });
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

  it('C1, C2: a repeated start, and a second start for the same NFT, join the live operation', async () => {
    const service = await make();
    const all = await Promise.all([
      startUpgrade(service),
      startUpgrade(service),
      startUpgrade(service, 'key-00000002'),
      startUpgrade(service, null),
    ]);
    expect(new Set(all.map(({ snapshot }) => snapshot.operationId)).size).toBe(1);
    expect(all.filter(({ attached }) => !attached)).toHaveLength(1);
    expect((await service.active({ process: 'upgrade', principal: alice })).map(({ operationId }) => operationId)).toEqual([
      all[0]?.snapshot.operationId,
    ]);
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

  it('answers for an operation of somebody else, or of another process, as if it did not exist', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    for (const foreign of [query(snapshot.operationId, 'upgrade', bob), query(snapshot.operationId, 'claim'), query('upg_none')]) {
      await expect(service.snapshot(foreign)).rejects.toMatchObject({ code: 'not_found' });
      await expect(service.events({ ...foreign, after: 0 })).rejects.toMatchObject({ code: 'not_found' });
      await expect(service.cancel(foreign)).rejects.toMatchObject({ code: 'not_found' });
      await expect(service.confirmBurn({ ...foreign, confirmation: { burnTxSignature: '1'.repeat(64) } })).rejects.toMatchObject({
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
      now: { code: 'nft_not_owned', requirements: [{ code: 'nft_not_owned', required: 1, actual: 0 }] },
    });
    await expect.poll(() => host.released).toEqual([snapshot.operationId]);
  });

  it('B5: waits for finality before it mints', async () => {
    ledger = memoryChain({ autoFinalize: false });
    ledger.give(mint, alice.wallet);
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    ledger.submit(snapshot.operationId);
    await untilStatus(service, query(snapshot.operationId), ['verifying_burn']);
    await service.advance(snapshot.operationId);
    expect((await service.snapshot(query(snapshot.operationId))).status).toBe('verifying_burn');
    expect(ledger.mints()).toBe(0);
    ledger.finalize();
    await untilStatus(service, query(snapshot.operationId), ['minting_new_nft']);
    await expect.poll(() => ledger.mints()).toBe(1);
    ledger.finalize();
    await untilStatus(service, query(snapshot.operationId), ['completed']);
  });

  it('B3, C5: a fresh transaction only after the earlier one is provably dead', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    const id = snapshot.operationId;
    await untilStatus(service, query(id), ['awaiting_burn']);
    await expect(service.reissueBurn(query(id))).rejects.toMatchObject({ code: 'burn_still_valid', asset: 'safe' });
    ledger.advanceBlocks(151);
    const fresh = await service.reissueBurn(query(id));
    // B3: another one goes out only together with the proof that ended the one before.
    const attempts = await db.sql<{ outcome: string | null }>(
      "select outcome from nft_upgrade.attempt where operation_id = $1 and kind = 'burn' order by attempt",
      [id],
    );
    expect(attempts).toEqual([{ outcome: expect.stringMatching(/^dead as of slot \d+, block height \d+$/) }, { outcome: null }]);
    expect(fresh.now.burnTransaction).toMatchObject({ attempt: 2, lastValidBlockHeight: 401 });
    ledger.submit(id, 2);
    await untilStatus(service, query(id), ['completed']);
    expect(ledger.mints()).toBe(1);
  });

  it('B1, B2: signed bytes that were handed over are sent until they land, whatever becomes of the answers', async () => {
    const { broadcast } = ledger.chain.burn;
    const lost = new NftUpgradeError('rpc_unavailable');
    // Not sent at all, as by a process that dies before it; then sent, and the answer lost.
    let sent = 0;
    const chain = {
      ...ledger.chain,
      burn: {
        ...ledger.chain.burn,
        async broadcast(signed: Parameters<typeof broadcast>[0]) {
          sent += 1;
          if (sent > 2) await broadcast(signed);
          throw lost;
        },
      },
    };
    const service = await make({ chain });
    const { snapshot } = await startUpgrade(service);
    const id = snapshot.operationId;
    const waiting = await untilStatus(service, query(id), ['awaiting_burn']);
    const { burnTransaction } = waiting.now as { burnTransaction: { transaction: string } };
    const confirmation = { signedTransaction: burnTransaction.transaction };
    const confirmed = await service.confirmBurn({ ...query(id), confirmation }).catch((error: unknown) => error);
    expect(confirmed).toMatchObject({ burnTxSignature: expect.any(String) });
    await expect.poll(() => sent, { timeout: 15_000 }).toBeGreaterThan(2);
    expect(await untilStatus(service, query(id), ['completed'])).toMatchObject({
      facts: { burnTxSignature: Object(confirmed).burnTxSignature },
    });
    expect(ledger.mints()).toBe(1);
  });

  it('S8: cancelling lasts until the burn has died', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    const id = snapshot.operationId;
    await untilStatus(service, query(id), ['awaiting_burn']);
    expect(await service.cancel(query(id))).toMatchObject({ status: 'cancelling', asset: 'at_risk', now: { until: 250 } });
    await service.advance(id);
    expect((await service.snapshot(query(id))).status).toBe('cancelling');
    ledger.advanceBlocks(151);
    expect(await untilStatus(service, query(id), ['cancelled'])).toMatchObject({ asset: 'safe' });
    await expect.poll(() => host.released).toEqual([id]);
    expect((await startUpgrade(service, 'key-00000009')).snapshot.operationId).not.toBe(id);
  });

  it('S8: a burn that lands while cancelling is honoured', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    await service.cancel(query(snapshot.operationId));
    ledger.submit(snapshot.operationId);
    await untilStatus(service, query(snapshot.operationId), ['completed']);
    await expect(service.cancel(query(snapshot.operationId))).rejects.toMatchObject({ code: 'cancel_refused' });
  });

  it('S9: an abandoned operation expires, once the burn cannot land any more', async () => {
    const service = await make({ patience: { burnWindowMs: 1 } });
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    ledger.advanceBlocks(151);
    expect(await untilStatus(service, query(snapshot.operationId), ['burn_failed'])).toMatchObject({
      asset: 'safe',
      now: { code: 'burn_window_closed', retryAction: 'restart_from_burn' },
    });
  });

  it('B8: an NFT that left the wallet ends the operation with the reason', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    ledger.give(mint, bob.wallet);
    expect(await untilStatus(service, query(snapshot.operationId), ['burn_failed'])).toMatchObject({ now: { code: 'nft_moved' } });
  });

  it('B10: a burn that was counted for another operation delivers nothing more, and ends with the reason', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    ledger.submit(snapshot.operationId);
    await untilStatus(service, query(snapshot.operationId), ['completed']);
    // The chain cannot give an NFT back; a memory chain can.
    ledger.give(mint, alice.wallet);
    const again = await startUpgrade(service, 'key-00000002');
    await untilStatus(service, query(again.snapshot.operationId), ['awaiting_burn']);
    ledger.submit(again.snapshot.operationId);
    const ended = await untilStatus(service, query(again.snapshot.operationId), ['burn_failed']);
    expect(ended.now).toMatchObject({ code: 'burn_signature_reused' });
    expect(ledger.mints()).toBe(1);
  });

  it('B9: an RPC that does not answer makes it wait, never guess', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    await untilStatus(service, query(snapshot.operationId), ['awaiting_burn']);
    ledger.failObserve(...Array.from({ length: 5 }, () => new NftUpgradeError('rpc_unavailable')));
    ledger.submit(snapshot.operationId);
    await untilStatus(service, query(snapshot.operationId), ['completed']);
  });

  it('M1: an upload that fails is recovered in the open', async () => {
    const service = await make();
    content.fail(new NftUpgradeError('metadata_upload_failed', { message: 'The pinning service answered 429.' }));
    const { snapshot } = await service.start({ process: 'claim', principal: alice, input: {}, idempotencyKey: null });
    await untilStatus(service, query(snapshot.operationId, 'claim'), ['completed']);
    expect(await statuses(service, snapshot.operationId, 'claim')).toEqual([
      'initializing',
      'qualification_verified',
      'uploading_metadata',
      'upload_failed',
      'recovering',
      'uploading_metadata',
      'metadata_uploaded',
      'minting_new_nft',
      'updating_records',
      'completed',
    ]);
  });

  it('K6, M4: after the budget people are called, the debt stays open, and a retry delivers', async () => {
    const service = await make();
    const { snapshot } = await startUpgrade(service);
    const id = snapshot.operationId;
    await untilStatus(service, query(id), ['awaiting_burn']);
    ledger.failMint(...Array.from({ length: 3 }, () => new NftUpgradeError('mint_authority_unfunded')));
    ledger.submit(id);
    const stuck = await untilStatus(service, query(id), ['needs_attention']);
    expect(stuck).toMatchObject({ asset: 'burned_owed', terminal: false, now: { code: 'mint_authority_unfunded', requiresSupport: true } });
    await expect.poll(() => alerts).toMatchObject([{ operationId: id, summary: expect.stringContaining('mint_authority_unfunded') }]);
    expect(await db.sql('select operation_id, settlement from nft_upgrade.obligation')).toEqual([{ operation_id: id, settlement: null }]);
    expect((await startUpgrade(service, 'key-00000005')).snapshot.operationId).toBe(id);

    await service.retry(query(id));
    await untilStatus(service, query(id), ['completed']);
    expect(ledger.mints()).toBe(1);
    expect(await db.sql('select settlement from nft_upgrade.obligation')).toEqual([{ settlement: 'delivered' }]);
    await expect(service.retry(query(id))).rejects.toMatchObject({ code: 'retry_refused' });
  });

  it('S10: a debt is compensated or delivered, never both', async () => {
    const paid: string[] = [];
    const service = await make({
      compensator: {
        async settle({ compensationId }) {
          paid.push(compensationId);
          if (paid.length === 1) throw new NftUpgradeError('temporarily_unavailable');
          return { kind: 'refund' };
        },
      },
    });
    const { snapshot } = await startUpgrade(service);
    const id = snapshot.operationId;
    await untilStatus(service, query(id), ['awaiting_burn']);
    await expect(service.obligations.compensate(id)).rejects.toMatchObject({ code: 'not_found' });
    ledger.failMint(...Array.from({ length: 3 }, () => new NftUpgradeError('mint_authority_unfunded')));
    ledger.submit(id);
    await untilStatus(service, query(id), ['needs_attention']);
    expect(await service.obligations.list()).toMatchObject([
      { operationId: id, process: 'upgrade', principal: 'alice', settlement: null, evidence: { code: 'mint_authority_unfunded' } },
    ]);

    const decided = await Promise.allSettled([
      service.obligations.compensate(id),
      service.obligations.retry(id),
      service.obligations.compensate(id),
    ]);
    expect(decided.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    const ended = await untilStatus(service, query(id), ['compensated', 'completed']);
    expect(ended.asset).toBe('delivered');
    if (ended.status === 'compensated') {
      expect(ledger.mints()).toBe(0);
      expect(new Set(paid).size).toBe(1);
    } else {
      expect(ledger.mints()).toBe(1);
      expect(paid).toEqual([]);
    }
    expect(await service.obligations.list()).toEqual([]);
    await expect(service.obligations.retry(id)).rejects.toMatchObject({ code: 'retry_refused' });
    await expect(service.obligations.compensate(id)).rejects.toMatchObject({ code: 'compensate_refused' });
  });

  it('S10: a compensation that was decided before a crash is paid after it', async () => {
    const first = await make();
    const { snapshot } = await startUpgrade(first);
    const id = snapshot.operationId;
    await untilStatus(first, query(id), ['awaiting_burn']);
    ledger.failMint(...Array.from({ length: 3 }, () => new NftUpgradeError('mint_authority_unfunded')));
    ledger.submit(id);
    await untilStatus(first, query(id), ['needs_attention']);
    await first.stop();
    services = [];
    await db.sql(`update nft_upgrade.obligation set settlement = 'compensated', settled_at = now()`);
    const second = await make({ compensator: { settle: async () => ({ kind: 'refund' }) } });
    await second.advance(id);
    expect(await second.snapshot(query(id))).toMatchObject({ status: 'compensated', facts: { compensation: { kind: 'refund' } } });
    expect(ledger.mints()).toBe(0);
  });

  it('K5: two nodes on one database deliver once', async () => {
    const [one, two] = [await make(), await make()];
    const { snapshot } = await startUpgrade(one as Service);
    const id = snapshot.operationId;
    await untilStatus(two as Service, query(id), ['awaiting_burn']);
    ledger.submit(id);
    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two)?.advance(id)));
    await untilStatus(two as Service, query(id), ['completed']);
    const events = await (one as Service).events({ ...query(id), after: 0 });
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(ledger.mints()).toBe(1);
  });

  it('S4: work that a stopped node left behind is found by the next one', async () => {
    const first = await make();
    const { snapshot } = await startUpgrade(first);
    await untilStatus(first, query(snapshot.operationId), ['awaiting_burn']);
    await first.stop();
    services = [];
    ledger.submit(snapshot.operationId);
    const second = await make();
    await untilStatus(second, query(snapshot.operationId), ['completed']);
    expect(ledger.mints()).toBe(1);
  });

  it('S6: an alert and a log that throw never touch the operation', async () => {
    const service = await make({
      sinks: [{ name: 'broken', publish: () => Promise.reject(new NftUpgradeError('temporarily_unavailable')) }],
      onError: () => {
        throw new NftUpgradeError('internal');
      },
    });
    const { snapshot } = await service.start({ process: 'claim', principal: alice, input: {}, idempotencyKey: null });
    await untilStatus(service, query(snapshot.operationId, 'claim'), ['completed']);
  });

  it('refuses a database that was made with another chain', async () => {
    await make();
    await expect(make({ chain: { ...ledger.chain, identity: async () => 'devnet' } })).rejects.toMatchObject({ code: 'wrong_cluster' });
  });
});
