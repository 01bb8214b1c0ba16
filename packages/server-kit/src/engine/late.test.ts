import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const nft = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };

let services: Service[] = [];
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
});
afterAll(closeDatabases);

describe.each(databases)('a node that comes back after its lease has ended, on $name', (on) => {
  /** The first node stands still in one call; the second takes over what it held. */
  const takenOver = async (
    stand: (
      memory: ReturnType<typeof memoryChain>,
      still: () => Promise<void>,
    ) => Partial<ServiceOptions>,
    second: Partial<ServiceOptions> = {},
  ) => {
    const db: Db = await on.open();
    const ledger = memoryChain();
    ledger.give(nft, principal.wallet);
    const { promise: gate, resolve: comeBack } = Promise.withResolvers<void>();
    const host = permissiveRules(nft);
    let stands = false;
    const still = () => {
      stands = true;
      return gate;
    };
    const node = async (options: Partial<ServiceOptions> = {}) => {
      const service = await createService({
        db,
        chain: ledger.chain,
        content: memoryContent().store,
        rules: host.rules,
        watchMs: 20,
        sweepMs: 100,
        takeoverMs: 600,
        patience: { retryBaseMs: 10, retryMaxMs: 50, maxAttempts: 3 },
        compensator: { settle: async () => ({ kind: 'refund' }) },
        ...options,
      });
      services.push(service);
      return service;
    };
    const never = 100_000_000;
    // It goes round for nothing, and gives no sign: as a process that is frozen.
    const first = await node({
      watchMs: never,
      sweepMs: never,
      takeoverMs: never,
      ...stand(ledger, still),
    });
    const { snapshot } = await first.start({
      process: 'upgrade',
      principal,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
    });
    const { operationId } = snapshot;
    const query = { process: 'upgrade', operationId, principal };
    await untilStatus(first, query, ['awaiting_burn']);
    ledger.submit(operationId);
    await expect
      .poll(() => {
        void first.advance(operationId);
        return stands;
      })
      .toBe(true);
    const [held] = await db.sql<{ lease: number }>(
      `update nft_upgrade.operation set leased_until = '-infinity',
        checked_at = checked_at - interval '1 minute' returning lease`,
    );
    const other = await node(second);
    const lease = () => db.sql<{ lease: number }>('select lease from nft_upgrade.operation');
    await expect.poll(lease, { timeout: 20_000 }).not.toEqual([held]);
    return { db, ledger, other, query, comeBack };
  };

  it('S10, I1: its mint, prepared before and answered after the payment, is not sent', async () => {
    let sent = 0;
    const { ledger, other, query, comeBack, db } = await takenOver(
      (memory, still) => ({
        chain: {
          ...memory.chain,
          mint: {
            ...memory.chain.mint,
            prepare: async (...order: Parameters<typeof memory.chain.mint.prepare>) => {
              const attempt = await memory.chain.mint.prepare(...order);
              await still();
              return attempt;
            },
            send: async (attempt: Parameters<typeof memory.chain.mint.send>[0]) => {
              sent += 1;
              return memory.chain.mint.send(attempt);
            },
          },
        },
      }),
      {
        chain: {
          ...memoryChain().chain,
          mint: {
            ...memoryChain().chain.mint,
            prepare: async () => {
              throw new NftUpgradeError('mint_authority_unfunded', { retryable: false });
            },
          },
        },
      },
    );
    await untilStatus(other, query, ['needs_attention']);
    expect((await other.obligations.compensate(query.operationId)).status).toBe('compensated');
    comeBack();
    await services[0]?.stop();
    expect(await db.sql("select attempt from nft_upgrade.attempt where kind = 'mint'")).toEqual([]);
    expect([sent, ledger.mints()]).toEqual([0, 0]);
    expect((await other.snapshot(query)).status).toBe('compensated');
  });

  it('S10, I2: its records, answered after the other has completed, add nothing', async () => {
    let calls = 0;
    const { other, query, comeBack, ledger } = await takenOver((_memory, still) => {
      const { rules } = permissiveRules(nft);
      const record: typeof rules.upgrade.record = async (operation) => {
        calls += 1;
        await still();
        return rules.upgrade.record(operation);
      };
      return { rules: { ...rules, upgrade: { ...rules.upgrade, record } } };
    });
    await untilStatus(other, query, ['completed']);
    const before = await other.events({ ...query, after: 0 });
    comeBack();
    await services[0]?.stop();
    expect(await other.events({ ...query, after: 0 })).toEqual(before);
    expect([calls, ledger.mints()]).toEqual([1, 1]);
  });

  it('I10: what it would alert people of, after the other has completed, is not said', async () => {
    const { other, query, comeBack, db } = await takenOver((memory, still) => ({
      chain: {
        ...memory.chain,
        burn: {
          ...memory.chain.burn,
          observe: async () => {
            await still();
            throw new NftUpgradeError('nft_unsupported');
          },
        },
      },
    }));
    await untilStatus(other, query, ['completed']);
    comeBack();
    await services[0]?.stop();
    const alerts = "select data from nft_upgrade.outbox where topic = 'alert'";
    expect(await db.sql(alerts)).toEqual([]);
  });
});
