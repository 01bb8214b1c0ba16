import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { postgres } from '../db/postgres.ts';
import type { Alert } from '../ports/alerts.ts';
import { createService, type Service } from '../service.ts';
import { closeDatabases, testDatabaseUrl } from '../testing/databases.ts';
import { type MemoryChain, memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';
import { run } from './run.ts';

const mints = [
  '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi',
  '8vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi',
  '9vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi',
];
let mint = '';
const principal = {
  id: 'alice@example.com',
  wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
};

describe('nft-upgrade, on Postgres', () => {
  let url: string;
  let db: Db;
  let service: Service;
  let ledger: MemoryChain;
  const alerts: Alert[] = [];
  const paid: string[] = [];

  beforeAll(async () => {
    url = await testDatabaseUrl();
    db = await postgres({ connectionString: url });
    ledger = memoryChain();
    service = await createService({
      db,
      chain: ledger.chain,
      content: memoryContent().store,
      rules: permissiveRules(() => mint).rules,
      watchMs: 20,
      sweepMs: 50,
      owedAlarmMs: 300,
      patience: { retryBaseMs: 5, retryMaxMs: 10, maxAttempts: 2 },
      alerts: { alert: async (alert) => void alerts.push(alert) },
      compensator: {
        async settle({ compensationId }) {
          paid.push(compensationId);
          return { kind: 'refund' };
        },
      },
    });
  });
  afterAll(async () => {
    await service.stop();
    await db.close();
    await closeDatabases();
  });

  /** An obligation: burned, and the mint refused until the budget was used up. */
  const openObligation = async (key: string): Promise<string> => {
    mint = mints.shift() ?? '';
    ledger.give(mint, principal.wallet);
    const { snapshot } = await service.start({
      process: 'upgrade',
      principal,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: key,
    });
    const query = { process: 'upgrade', operationId: snapshot.operationId, principal };
    await untilStatus(service, query, ['awaiting_burn']);
    ledger.failMint(
      new NftUpgradeError('mint_authority_unfunded'),
      new NftUpgradeError('mint_authority_unfunded'),
    );
    ledger.submit(snapshot.operationId);
    await untilStatus(service, query, ['needs_attention']);
    return snapshot.operationId;
  };
  const call = async (...argv: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await run(argv, {
      environment: { DATABASE_URL: url, USER: 'ops' },
      out: (line) => out.push(line),
      err: (line) => err.push(line),
    });
    return {
      code,
      out: out.join('\n'),
      err: err.join('\n'),
      json: () => JSON.parse(out.join('\n')) as Record<string, unknown> & unknown[],
    };
  };

  it('lists an obligation, shows its timeline, and has a running node retry it', async () => {
    const id = await openObligation('key-retry-1');
    const list = await call('obligations', 'list');
    expect(list.out).toMatch(
      new RegExp(`${id} +upgrade +\\d+ m?s +mint_authority_unfunded +alice@example.com +open`),
    );
    expect((await call('obligations', 'list', '--json')).json()[0]).toMatchObject({
      operationId: id,
      settlement: null,
    });
    const show = await call('obligations', 'show', id);
    expect(show.out).toContain('mint_authority_unfunded');
    for (const status of [
      'awaiting_burn',
      'burn_verified',
      'mint_failed',
      'recovering',
      'needs_attention',
    ])
      expect(show.out).toContain(status);

    const retry = await call('obligations', 'retry', id, '--json');
    expect(retry).toMatchObject({ code: 0 });
    expect(retry.json()).toMatchObject({ action: 'retry', outcome: { ok: true } });
    await untilStatus(service, { process: 'upgrade', operationId: id, principal }, ['completed']);
    expect((await call('obligations', 'list')).out).toBe('Nothing is owed.');
    expect((await call('obligations', 'list', '--all')).out).toContain('delivered');
    expect(await call('obligations', 'retry', id)).toMatchObject({
      code: 1,
      out: expect.stringContaining('retry_refused'),
    });
    expect((await call('operations', 'show', id)).out).toContain('completed, asset delivered');
    expect(await db.sql('select requested_by from nft_upgrade.operator_request')).toContainEqual({
      requested_by: 'ops',
    });
  });

  it('has an obligation compensated, once, and refuses to deliver it after that', async () => {
    const id = await openObligation('key-compensate-1');
    expect(await call('obligations', 'compensate', id)).toMatchObject({
      code: 0,
      out: 'Done. The operation is compensated now.',
    });
    expect(await call('obligations', 'retry', id)).toMatchObject({ code: 1 });
    expect(paid).toHaveLength(1);
  });

  it('alerts when an obligation opens and again when it grows old, without secrets', async () => {
    alerts.length = 0;
    const id = await openObligation('key-alarm-1');
    const mine = () =>
      alerts.filter(({ operationId }) => operationId === id).map(({ summary }) => summary);
    await expect.poll(mine, { timeout: 15_000 }).toHaveLength(2);
    expect(mine()[1]).toContain('is owed for');
    expect((await service.obligations.list())[0]?.alarmedAt).toBeInstanceOf(Date);
    const [alert] = alerts;
    expect(alert?.bundle).toMatchObject({
      operationId: id,
      status: 'needs_attention',
      asset: 'burned_owed',
      wallet: '9xQe…VFin',
    });
    expect(alert?.bundle.timeline.map(({ status }) => status)).toContain('mint_failed');
    const text = JSON.stringify(alert);
    for (const secret of [principal.id, principal.wallet]) expect(text).not.toContain(secret);
    // No third one, however often the sweep passes.
    await service.obligations.compensate(id);
    expect(mine()).toHaveLength(2);
  });

  it('says what is missing', async () => {
    const none = spawnSync(
      process.execPath,
      [
        '--conditions=aiw3-source',
        join(import.meta.dirname, '../../bin/nft-upgrade.mjs'),
        'obligations',
        'list',
      ],
      {
        env: { PATH: process.env.PATH },
        encoding: 'utf8',
      },
    );
    expect(none).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('DATABASE_URL is not set.'),
    });
    expect(await call('obligations', 'show', 'upg_none')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No debt is known'),
    });
    expect(await call('operations', 'show')).toMatchObject({
      code: 2,
      err: expect.stringContaining('<operation id>'),
    });
    expect(await call('operations', 'explode')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no such command.'),
    });
    expect(await call('obligations', 'list', '--limt', '3')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--limt'),
    });
    expect((await call('operations', 'show', 'x', '--json')).json()).toMatchObject({
      error: { code: 'not_found' },
    });

    const empty = await testDatabaseUrl();
    const err: string[] = [];
    const ask = (...argv: string[]) =>
      run(argv, {
        environment: { DATABASE_URL: empty },
        out: (line) => err.push(line),
        err: (line) => err.push(line),
      });
    expect(await ask('obligations', 'list')).toBe(1);
    expect(err.join()).toContain('nft-upgrade migrate');
    expect(await Promise.all([ask('migrate'), ask('migrate')])).toEqual([0, 0]);
    expect(await ask('obligations', 'list')).toBe(0);
    err.length = 0;
    expect(
      await run(['obligations', 'list'], {
        environment: { DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' },
        err: (line) => err.push(line),
      }),
    ).toBe(1);
    expect(err.join()).toContain('database_unavailable');
  });
});
