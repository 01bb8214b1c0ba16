import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '@aiw3/nft-upgrade/protocol';
import { processes as standard, upgrade } from '@aiw3/nft-upgrade/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { migrations } from '../db/tables.ts';
import { createHandler } from '../http/handler.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

afterAll(closeDatabases);

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };

/** The next version of the code: one definition more than this one, and one migration. */
const next = { ...upgrade, version: upgrade.version + 1 };
const nextMigrations = [
  ...migrations,
  {
    id: migrations.length + 1,
    name: 'the next one',
    up: 'alter table nft_upgrade.operation add column of_the_next_version int',
  },
];

describe.each(databases)('a rolling deployment on $name', ({ open }) => {
  const errors: unknown[] = [];
  let db: Db;
  let options: ServiceOptions;
  let old: Service;
  let id: string;
  let call: (path: string, init?: { method?: string; accept?: string }) => Promise<Response>;

  const write = async (event: Record<string, unknown>, live: boolean) => {
    const [row] = await db.sql<{ seq: number }>(
      `update nft_upgrade.operation set status = $2, seq = seq + 1, live = $3 where id = $1
        returning seq`,
      [id, event.status, live],
    );
    const seq = row?.seq ?? 0;
    const envelope = { operationId: id, process: 'upgrade', seq, progress: 40, asset: 'safe' };
    const data = { ...envelope, timestamp: new Date().toISOString(), ...event };
    await db.sql(
      `insert into nft_upgrade.event (operation_id, seq, status, data, node)
        values ($1, $2, $3, $4, 'next')`,
      [id, seq, event.status, data],
    );
  };

  beforeAll(async () => {
    db = await open();
    const ledger = memoryChain();
    ledger.give(mint, principal.wallet);
    options = {
      db,
      chain: ledger.chain,
      content: memoryContent().store,
      rules: permissiveRules(mint).rules,
      watchMs: 50,
      sweepMs: 100,
      takeoverMs: 300,
    };
    const node = await createService({
      ...options,
      processes: { ...standard, upgrade: next },
      formerProcesses: [upgrade],
    } as ServiceOptions);
    const { snapshot } = await node.start({
      process: 'upgrade',
      principal,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: 'key-00000001',
    });
    id = snapshot.operationId;
    await untilStatus(node, { process: 'upgrade', operationId: id, principal }, ['awaiting_burn']);
    await node.stop();
    await migrate(db, nextMigrations);
    await write({ status: 'inspected', inspector: 'bob' }, true);

    old = await createService({ ...options, onError: (error) => errors.push(error) });
    const handler = createHandler(old, { authenticate: async () => principal });
    call = (path, { method = 'GET', accept = 'application/json' } = {}) =>
      handler.fetch(
        new Request(`http://node/api/v1/nft/upgrade${path}`, {
          method,
          headers: {
            accept,
            'content-type': 'application/json',
            'idempotency-key': 'key-00000001',
          },
          ...(method === 'POST' && path === '' && { body: '{"targetTierId":"tier-2"}' }),
        }),
      );
  });

  it('S13: an older node restarts after the newer one migrated', async () => {
    expect(old.processes.upgrade?.version).toBe(upgrade.version);
  });

  it('S13: an older node shows what a newer one began, and lists it', async () => {
    const answer = await call(`/${id}`);
    expect(answer.status).toBe(200);
    const snapshot = (await answer.json()) as Snapshot;
    expect(snapshot).toMatchObject({
      status: 'inspected',
      version: next.version,
      terminal: false,
      now: { inspector: 'bob' },
      facts: { currentNFT: { mintAddress: mint }, input: { targetTierId: 'tier-2' } },
    });
    const listed = await call('?active=true');
    expect(await listed.json()).toEqual({ operations: [snapshot] });
    // A repeat of the start joins it.
    const joined = await call('', { method: 'POST' });
    expect([joined.status, await joined.json()]).toEqual([202, snapshot]);
  });

  it('S13: commands on it are for the newer nodes, and the client comes again', async () => {
    for (const command of ['cancel', 'retry', 'burn-transaction']) {
      const answer = await call(`/${id}/${command}`, { method: 'POST' });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await answer.json()).toMatchObject({
        code: 'temporarily_unavailable',
        retryable: true,
        operationId: id,
        asset: 'safe',
      });
    }
  });

  it('S13: a node without the process shows it to its owner, and leaves commands', async () => {
    const node = await createService({
      ...options,
      processes: { claim: standard.claim },
    } as ServiceOptions);
    let user = principal;
    const handler = createHandler(node, { authenticate: async () => user });
    const ask = (path: string, init?: RequestInit) =>
      handler.fetch(new Request(`http://node/api/v1/nft/upgrade/${path}`, init));
    const shown = await ask(id);
    const { operationId, status, asset, now } = (await (await call(`/${id}`)).json()) as Snapshot;
    expect([shown.status, await shown.json()]).toMatchObject([
      200,
      { operationId, process: 'upgrade', status, asset, now, terminal: false },
    ]);
    const page = await ask(`${id}/events`, { headers: { accept: 'application/json' } });
    expect(await page.json()).toEqual(await (await call(`/${id}/events`)).json());
    const refused = await ask(`${id}/cancel`, { method: 'POST' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect(handler.serves(`/api/v1/nft/upgrade/${id}/events?x`)).toBe(true);
    for (const path of ['upgrade/list', 'upgrade', `upgrade/${id}/more`, `x/y/${id}`])
      expect([path, handler.serves(`/api/v1/nft/${path}`)]).toEqual([path, false]);
    const stream = await ask(`${id}/events`, { headers: { accept: 'text/event-stream' } });
    const reader = stream.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('heartbeat');
    await reader?.cancel();
    const nobody = `upg_${'0'.repeat(32)}`;
    expect((await ask(nobody)).status).toBe(404);
    user = { ...principal, id: 'mallory' };
    expect((await ask(id)).status).toBe(404);
    await node.stop();
  });

  it('S13: its jobs and its steps are left to the newer nodes, without an error', async () => {
    await old.advance(id);
    await expect
      .poll(() => db.sql(`select retry_count > 0 as tried from nft_upgrade_queue.job`), {
        timeout: 10_000,
      })
      .toContainEqual({ tried: true });
    const rows = await db.sql('select status, live from nft_upgrade.operation');
    expect(rows).toEqual([{ status: 'inspected', live: true }]);
    expect(errors).toEqual([]);
  });

  it('S13: an older node streams it to its end, in a status that it does not know', async () => {
    const stream = await call(`/${id}/events`, { accept: 'text/event-stream' });
    expect(stream.status).toBe(200);
    const text = Promise.race([stream.text(), sleep(20_000, 'It never ended.', { ref: false })]);
    await write({ status: 'archived', shelf: 7 }, false);
    expect(await text).toContain('"status":"archived"');
    const page = (await (await call(`/${id}/events`)).json()) as { terminal: boolean };
    expect(page.terminal).toBe(true);
    expect(await (await call('?active=true')).json()).toEqual({ operations: [] });
    await old.stop();
  });
});
