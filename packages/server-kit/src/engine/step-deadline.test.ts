import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const never = 100_000_000;

let services: Service[] = [];
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
});
afterAll(closeDatabases);

describe.each(databases)('a step that does not end, on $name', ({ open }) => {
  const begin = async (
    db: Db,
    options: (memory: ReturnType<typeof memoryChain>) => Partial<ServiceOptions>,
  ) => {
    const memory = memoryChain();
    const service = await createService({
      db,
      chain: memory.chain,
      content: memoryContent().store,
      rules: permissiveRules('').rules,
      watchMs: 30,
      patience: { retryBaseMs: 5, retryMaxMs: 20 },
      stopMs: 500,
      ...options(memory),
    });
    services.push(service);
    const { snapshot } = await service.start({
      process: 'claim',
      principal,
      input: {},
      idempotencyKey: null,
    });
    const query = { process: 'claim', operationId: snapshot.operationId, principal };
    return { service, memory, query };
  };

  it('S11, I7: it is left behind, and begun again in the same process', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const sent: number[] = [];
    let comeBack = () => {};
    const { service, memory, query } = await begin(await open(), ({ chain }) => ({
      // Its calls may take as long as they like: the step may not.
      deadlines: { 'mint.prepare': never },
      stepMs: 2_000,
      chain: {
        ...chain,
        mint: {
          ...chain.mint,
          async prepare(request, attempt, options) {
            signals.push(options?.signal);
            const prepared = await chain.mint.prepare(request, attempt);
            if (signals.length === 1)
              await new Promise<void>((resolve) => {
                comeBack = resolve;
              });
            return prepared;
          },
          async send(attempt) {
            sent.push(attempt.attempt);
            return chain.mint.send(attempt);
          },
        },
      },
    }));
    await untilStatus(service, query, ['completed']);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toMatchObject({
      code: 'port_timeout',
      details: { port: 'step', timeoutMs: 2_000 },
    });
    const before = await service.events({ ...query, after: 0 });
    comeBack();
    await service.stop();
    expect(await service.events({ ...query, after: 0 })).toEqual(before);
    expect(before.filter(({ code }) => code === 'port_timeout')).toHaveLength(1);
    expect([sent, memory.mints()]).toEqual([[1], 1]);
  });

  it('S11: another node takes it up as soon as its time is over, under another lease', async () => {
    const db = await open();
    const { rules } = permissiveRules('');
    let hung = 0;
    const record = () => {
      hung += 1;
      return new Promise<never>(() => undefined);
    };
    const { memory, query } = await begin(db, () => ({
      rules: { claim: { ...rules.claim, record } },
      deadlines: { 'rules.record': never },
      stepMs: 2_000,
      // It does not come back to it, and its sign of life would keep it for ever.
      patience: { retryBaseMs: never, retryMaxMs: never },
      takeoverMs: never,
      sweepMs: never,
    }));
    await expect.poll(() => hung, { timeout: 20_000 }).toBe(1);
    const leases = () => db.sql<{ lease: number }>('select lease from nft_upgrade.operation');
    const [first] = await leases();
    const { service: other } = await begin(db, () => ({
      chain: memory.chain,
      sweepMs: 50,
      takeoverMs: 200,
    }));
    await untilStatus(other, query, ['completed'], 20_000);
    const [last] = await leases();
    expect(last?.lease).toBeGreaterThan(first?.lease ?? 0);
    expect([hung, memory.mints()]).toEqual([1, 1]);
  });
});

it('refuses a time for steps that makes no sense', async () => {
  const db = await databases[0].open();
  for (const stepMs of [0, -1, Number.NaN, 2 ** 31])
    await expect(createService({ db, rules: {}, stepMs })).rejects.toMatchObject({
      code: 'invalid_option',
      details: { option: 'stepMs' },
    });
});
