import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import type { Publication, Sink } from '../ports/sink.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { type MemoryChain, memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const patient = { timeout: 20_000 };

afterAll(closeDatabases);

describe.each(databases)('sinks of a service on $name', ({ open }) => {
  let db: Db;
  let ledger: MemoryChain;
  let service: Service | undefined;

  const make = async (options: Partial<ServiceOptions>) => {
    ledger = memoryChain();
    ledger.give(mint, alice.wallet);
    service = await createService({
      db,
      chain: ledger.chain,
      content: memoryContent().store,
      rules: permissiveRules(mint).rules,
      watchMs: 20,
      patience: { retryBaseMs: 10, retryMaxMs: 50, maxAttempts: 2 },
      ...options,
    });
    return service;
  };
  const upgrade = async (running: Service, until: string) => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const request = {
      process: 'upgrade',
      principal: alice,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
      traceparent,
    };
    const { operationId } = (await running.start(request)).snapshot;
    const query = { process: 'upgrade', operationId, principal: alice };
    await untilStatus(running, query, ['awaiting_burn']);
    ledger.submit(operationId);
    await untilStatus(running, query, [until]);
    return operationId;
  };
  const collector = (name = 'collector'): Sink & { got: Publication[] } => {
    const got: Publication[] = [];
    return { name, got, publish: async (publication) => void got.push(publication) };
  };

  beforeAll(async () => {
    db = await open();
  });
  beforeEach(() => {
    service = undefined;
  });
  afterEach(async () => {
    await service?.stop();
    await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
  });

  it('tells every sink each milestone once, in order, with what was known by then', async () => {
    const [one, two] = [collector('one'), collector('two')];
    const running = await make({ sinks: [one, two] });
    const id = await upgrade(running, 'completed');
    for (const sink of [one, two]) {
      const types = () => sink.got.map(({ type }) => type);
      await expect
        .poll(types, patient)
        .toEqual(['upgrade.burn_verified', 'upgrade.updating_records', 'upgrade.completed']);
      const seqs = sink.got.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
      const burned = sink.got.find(({ status }) => status === 'burn_verified');
      expect(burned).toMatchObject({
        asset: 'burned_owed',
        operationId: id,
        principal: alice,
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      });
      expect(burned?.facts.newNFT).toBeUndefined();
      expect(sink.got.at(-1)).toMatchObject({
        id: `${id}/${sink.got.at(-1)?.seq}`,
        asset: 'delivered',
        facts: { newNFT: { nftId: `nft_${id}` } },
      });
    }
    // A sink is done a moment before its row says so.
    await expect.poll(() => running.outbox.list({ state: 'waiting' }), patient).toEqual([]);
  });

  it('S6: sinks, alerts and a log that throw or hang touch no operation or other', async () => {
    const well = collector('well');
    let closed = 0;
    const running = await make({
      sinks: [
        { name: 'throws', publish: () => Promise.reject(new NftUpgradeError('internal')) },
        {
          name: 'throws-at-once',
          publish: () => {
            throw new TypeError('not even a promise');
          },
          close: async () => {
            closed += 1;
            throw new TypeError('no');
          },
        },
        { name: 'hangs', publish: () => new Promise(() => undefined) },
        well,
      ],
      alerts: { alert: () => new Promise(() => undefined) },
      onError: () => {
        throw new TypeError('the log throws');
      },
    });
    await upgrade(running, 'completed');
    await expect.poll(() => well.got.at(-1)?.type, patient).toBe('upgrade.completed');
    expect(ledger.mints()).toBe(1);
    await expect
      .poll(
        async () =>
          new Set((await running.outbox.list({ state: 'waiting' })).map(({ sink }) => sink)),
        patient,
      )
      .toEqual(new Set(['throws', 'throws-at-once', 'hangs']));
    // Stops although one hangs.
    await running.stop();
    service = undefined;
    expect(closed).toBe(1);
  });

  it('S6: a failed alert is sent again, and a dead letter about it can be replayed', async () => {
    const calls: string[] = [];
    const running = await make({
      sinks: [collector()],
      alerts: {
        async alert({ summary }) {
          calls.push(summary);
          if (calls.length === 1)
            throw new NftUpgradeError('sink_refused', { message: 'The pager has no credit.' });
        },
      },
    });
    const failing = Array.from({ length: 2 }, () => new NftUpgradeError('mint_authority_unfunded'));
    const { operationId } = (
      await running.start({
        process: 'upgrade',
        principal: alice,
        input: { targetTierId: 'tier-2' },
        idempotencyKey: null,
      })
    ).snapshot;
    const query = { process: 'upgrade', operationId, principal: alice };
    await untilStatus(running, query, ['awaiting_burn']);
    ledger.failMint(...failing);
    ledger.submit(operationId);
    await untilStatus(running, query, ['needs_attention']);
    await expect
      .poll(
        async () => (await running.outbox.list()).map(({ sink, error }) => [sink, error]),
        patient,
      )
      .toEqual([['alerts', 'NftUpgradeError: The pager has no credit.']]);
    const [dead] = await running.outbox.list();
    await running.outbox.replay({ id: dead?.id ?? 0 });
    await expect.poll(() => calls.length, patient).toBe(2);
    await running.retry(query);
    await untilStatus(running, query, ['completed']);
  });

  it.each([
    ['Kafka', 'lower-case'],
    ['alerts', 'another sink'],
  ])('refuses a sink named %s', async (name, reason) => {
    await expect(make({ sinks: [collector(name)] })).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(reason),
    });
    await expect(make({ sinks: [collector('a'), collector('a')] })).rejects.toMatchObject({
      code: 'invalid_option',
    });
    service = undefined;
  });
});
