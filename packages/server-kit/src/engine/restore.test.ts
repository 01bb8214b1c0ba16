import { processes as standard, upgrade } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { type MemoryChain, memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const input = { targetTierId: 'tier-2' };

afterAll(closeDatabases);

describe.each(databases)('what outlives a deployment, a key and a backup, on $name', ({ open }) => {
  let db: Db;
  let ledger: MemoryChain;
  let host: ReturnType<typeof permissiveRules>;
  let services: Service[] = [];
  const content = memoryContent();

  const make = async (options: Partial<ServiceOptions> = {}): Promise<Service> => {
    const service = await createService({
      db,
      chain: ledger.chain,
      content: content.store,
      rules: host.rules,
      watchMs: 20,
      sweepMs: 100,
      takeoverMs: 400,
      patience: { retryBaseMs: 10, retryMaxMs: 50 },
      ...options,
    });
    services.push(service);
    return service;
  };
  const stop = async () => {
    await Promise.all(services.map((service) => service.stop()));
    services = [];
  };
  const begin = async (service: Service, key: string | null = null): Promise<string> =>
    (await service.start({ process: 'upgrade', principal, input, idempotencyKey: key })).snapshot.operationId;
  const query = (operationId: string) => ({ process: 'upgrade', operationId, principal });
  /** The database as it was before any of this. */
  const restore = () => db.sql('truncate nft_upgrade.operation, nft_upgrade.setting cascade; delete from nft_upgrade_queue.job');

  beforeAll(async () => {
    db = await open();
  });
  beforeEach(() => {
    ledger = memoryChain();
    ledger.give(mint, principal.wallet);
    host = permissiveRules(mint);
  });
  afterEach(async () => {
    await stop();
    await restore();
  });

  const held = async () => ({ items: [{ principal, input, mint }], next: null });

  it('S3: a burn that the restored database knows nothing of is found on the chain and delivered, with no client at all', async () => {
    const lost = await make();
    const id = await begin(lost);
    await untilStatus(lost, query(id), ['awaiting_burn']);
    await stop();
    await restore();
    ledger.submit(id);

    const service = await make({ rules: { ...host.rules, ...(host.rules.upgrade && { upgrade: { ...host.rules.upgrade, held } }) } });
    expect(await service.reconcile()).toBe(1);
    const [operation] = await service.active({ process: 'upgrade', principal });
    const done = operation ? await untilStatus(service, query(operation.operationId), ['completed']) : null;
    expect(done?.operationId).not.toBe(id);
    const seen = await service.events({ ...query(done?.operationId ?? ''), after: 0 });
    expect(seen.map(({ status }) => status)).not.toContain('awaiting_burn');
    expect(ledger.mints()).toBe(1);
    expect(await service.reconcile()).toBe(0);
  });

  it('S3, I1: what was even delivered before the restore is adopted, not minted again', async () => {
    const lost = await make();
    const id = await begin(lost);
    await untilStatus(lost, query(id), ['awaiting_burn']);
    ledger.submit(id);
    const before = await untilStatus(lost, query(id), ['completed']);
    await stop();
    await restore();

    // The user's next start, this time.
    const service = await make();
    const again = await begin(service);
    const done = await untilStatus(service, query(again), ['completed']);
    expect(done.facts.mintAddress).toBe(before.facts.mintAddress);
    expect(ledger.mints()).toBe(1);
  });

  /** The database is restored from before an operation whose burn has landed; its key was rotated since. Ends with the service on what is left. */
  const forget = async (until: 'awaiting_burn' | 'completed') => {
    const lost = await make();
    const id = await begin(lost);
    await untilStatus(lost, query(id), ['awaiting_burn']);
    if (until === 'completed') ledger.submit(id);
    const before = await untilStatus(lost, query(id), [until]);
    await stop();
    await restore();
    if (until === 'awaiting_burn') ledger.submit(id);
    ledger.rotate('memory-2');
    return { id, before };
  };

  it('S3, S7, I1: what was delivered before the restore is adopted, although the key was rotated since', async () => {
    const { before } = await forget('completed');
    const service = await make();
    const done = await untilStatus(service, query(await begin(service)), ['completed']);
    expect(done.facts.mintAddress).toBe(before.facts.mintAddress);
    expect(ledger.mints()).toBe(1);
  });

  it('S3, S7, I1: while a forgotten mint may still land under the former key, none is made under the present one', async () => {
    const { id } = await forget('awaiting_burn');
    // Signed by the node that is gone, and under way to the chain for as long as such a transaction lives.
    const order = {
      operationId: id,
      key: 'memory-1',
      recipient: principal.wallet,
      standard: 'memory',
      name: 'n',
      symbol: 's',
      uri: 'u',
      attributes: [],
    };
    const forgotten = await ledger.chain.mint.prepare(order, 1);
    const service = await make();
    const again = await begin(service);
    await untilStatus(service, query(again), ['minting_new_nft']);
    // It has looked, and written down until when it has to wait.
    const place = () => db.sql("select outcome from nft_upgrade.attempt where operation_id = $1 and kind = 'place'", [again]);
    await expect.poll(place, { timeout: 15_000 }).toEqual([{ outcome: null }]);
    ledger.advanceBlocks(150);
    await service.advance(again);
    expect(ledger.mints()).toBe(0);
    await ledger.chain.mint.send(forgotten);
    const done = await untilStatus(service, query(again), ['completed']);
    expect(done.facts.mintAddress).toBe(forgotten.mintAddress);
    expect(ledger.mints()).toBe(1);
  });

  it('S3, S7: when nothing can land any more under the former key, the present one mints', async () => {
    const { id } = await forget('awaiting_burn');
    const service = await make();
    const again = await begin(service);
    await untilStatus(service, query(again), ['minting_new_nft']);
    await expect
      .poll(() => db.sql("select 1 as looked from nft_upgrade.attempt where operation_id = $1 and kind = 'place'", [again]))
      .toHaveLength(1);
    ledger.advanceBlocks(151);
    const done = await untilStatus(service, query(again), ['completed']);
    expect(done.facts.mintAddress).toBe(await ledger.chain.mint.address({ operationId: id, key: 'memory-2', standard: 'memory' }));
    expect(ledger.mints()).toBe(1);
  });

  it('S3: the burn of somebody else is nobody else’s', async () => {
    const lost = await make();
    const id = await begin(lost);
    await untilStatus(lost, query(id), ['awaiting_burn']);
    await stop();
    await restore();
    ledger.submit(id);
    const service = await make();
    const bob = { id: 'bob', wallet: '4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T' };
    const { snapshot } = await service.start({ process: 'upgrade', principal: bob, input, idempotencyKey: null });
    const ended = await untilStatus(service, { process: 'upgrade', operationId: snapshot.operationId, principal: bob }, [
      'qualification_failed',
    ]);
    expect(ended.now).toMatchObject({ code: 'nft_not_owned' });
  });

  it('S2: what the database missed after the burn may be out is caught up from the chain', async () => {
    let away = false;
    const refuse = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    const flaky: Db = { ...db, sql: (...call) => (away ? refuse() : db.sql(...call)), tx: (work) => (away ? refuse() : db.tx(work)) };
    const errors: unknown[] = [];
    const service = await make({ db: flaky, onError: (error) => errors.push(error) });
    const id = await begin(service);
    await untilStatus(service, query(id), ['awaiting_burn']);
    away = true;
    ledger.submit(id);
    await expect.poll(() => errors.length).toBeGreaterThan(3);
    await expect(service.confirmBurn({ ...query(id), confirmation: { burnTxSignature: '1'.repeat(64) } })).rejects.toThrow();
    expect(ledger.mints()).toBe(0);
    away = false;
    await untilStatus(service, query(id), ['completed']);
    expect(ledger.mints()).toBe(1);
  });

  it('S5: operations in flight finish under the definition they began with; nodes without it leave them alone', async () => {
    const old = await make();
    const id = await begin(old);
    await untilStatus(old, query(id), ['awaiting_burn']);
    await stop();

    const next = { ...standard, upgrade: { ...upgrade, version: 2 } };
    // Deployed without the old definition: it is not touched, and nothing else is held up by it.
    const ignorant = await make({ processes: next } as Partial<ServiceOptions>);
    ledger.submit(id);
    const { snapshot } = await ignorant.start({ process: 'claim', principal, input: {}, idempotencyKey: null });
    await untilStatus(ignorant, { process: 'claim', operationId: snapshot.operationId, principal }, ['completed']);
    await ignorant.advance(id);
    expect(await db.sql('select status from nft_upgrade.operation where id = $1', [id])).toEqual([{ status: 'awaiting_burn' }]);

    const knowing = await make({ processes: next, formerProcesses: [upgrade] } as Partial<ServiceOptions>);
    const done = await untilStatus(knowing, query(id), ['completed']);
    expect(done.version).toBe(1);
    await stop();
    const fresh = await make({ processes: next, formerProcesses: [upgrade] } as Partial<ServiceOptions>);
    ledger.give(mint, principal.wallet);
    expect((await fresh.snapshot(query(await begin(fresh)))).version).toBe(2);
  });

  it('S7: an operation mints with the key it began with, also after the key was rotated', async () => {
    const keys: string[] = [];
    const chainOf = (key: string) => ({
      ...ledger.chain,
      mint: {
        ...ledger.chain.mint,
        key,
        prepare: async (...call: Parameters<typeof ledger.chain.mint.prepare>) => {
          keys.push(call[0].key);
          return ledger.chain.mint.prepare(...call);
        },
      },
    });
    const before = await make({ chain: chainOf('key-1') });
    const id = await begin(before);
    await untilStatus(before, query(id), ['awaiting_burn']);
    await stop();
    const after = await make({ chain: chainOf('key-2') });
    ledger.submit(id);
    await untilStatus(after, query(id), ['completed']);
    const { snapshot } = await after.start({ process: 'claim', principal, input: {}, idempotencyKey: null });
    await untilStatus(after, { process: 'claim', operationId: snapshot.operationId, principal }, ['completed']);
    expect(keys).toEqual(['key-1', 'key-2']);
  });

  it('a clock that was set back neither moves an operation backwards in time nor stops it', async () => {
    let offset = 0;
    const service = await make({ now: () => Date.now() + offset });
    const id = await begin(service);
    await untilStatus(service, query(id), ['awaiting_burn']);
    offset = -86_400_000;
    ledger.submit(id);
    await untilStatus(service, query(id), ['completed']);
    const times = (await service.events({ ...query(id), after: 0 })).map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted());
  });
});
