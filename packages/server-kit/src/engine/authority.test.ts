import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Db } from '../db/db.ts';
import { pglite } from '../db/pglite.ts';
import type { AuthorityAlert } from '../ports/alerts.ts';
import type { LogRecord } from '../ports/log.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { readGauges } from '../telemetry/readings.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { permissiveRules } from '../testing/rules.ts';

const authority = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
let db: Db;
let lamports: number;
let looks: number;
let services: Service[] = [];
const alerts: AuthorityAlert[] = [];
const lines: LogRecord[] = [];

beforeAll(async () => {
  db = await pglite({ memory: true });
});
beforeEach(() => {
  lamports = 1_000_000_000;
  looks = 0;
  alerts.length = 0;
  lines.length = 0;
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
  await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
});
afterAll(() => db.close());

const make = async (options: Partial<ServiceOptions> = {}) => {
  const { chain } = memoryChain();
  const funds = async () => {
    looks += 1;
    return { authority, lamports };
  };
  const service = await createService({
    db,
    chain: { ...chain, mint: { ...chain.mint, funds } },
    rules: permissiveRules('unused').rules,
    authorityWatch: { everyMs: 20 },
    alerts: {
      alert: async () => undefined,
      authority: async (alert) => {
        alerts.push(alert);
      },
    },
    log: (line) => lines.push(line),
    ...options,
  });
  services.push(service);
  return service;
};
const looked = async () => {
  const before = looks;
  await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 1), { timeout: 30_000 });
};

it('K6: any number of nodes alert once of a low authority, and once of a refill', async () => {
  await make();
  await make();
  await looked();
  expect(alerts).toEqual([]);
  lamports = 99_999_999;
  await vi.waitFor(
    () =>
      expect(alerts).toEqual([{ authority, lamports, leastLamports: 100_000_000, isLow: true }]),
    { timeout: 30_000 },
  );
  await looked();
  // A node that starts afterwards knows of the call.
  await make();
  await looked();
  expect(alerts).toHaveLength(1);
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'The mint authority runs low.', fields: { lamports } },
  ]);
  lamports = 100_000_000;
  await vi.waitFor(() => expect(alerts.map(({ isLow }) => isLow)).toEqual([true, false]), {
    timeout: 30_000,
  });
});

it('K6: shows the balance as a gauge, on every node the same', async () => {
  await make({ authorityWatch: { everyMs: 20, leastLamports: 1 } });
  const gauge = async () =>
    (await readGauges(db)).find(({ name }) => name === 'nft_upgrade.authority.balance');
  await vi.waitFor(
    async () =>
      expect(await gauge()).toMatchObject({ value: 1_000_000_000, attributes: { authority } }),
    {
      timeout: 30_000,
    },
  );
  lamports = 5;
  await vi.waitFor(async () => expect(await gauge()).toMatchObject({ value: 5 }), {
    timeout: 30_000,
  });
});

it('S6: an alert that could not be given is given again, and touches nothing', async () => {
  lamports = 0;
  const onError = vi.fn();
  let pager = 0;
  await make({
    onError,
    alerts: {
      alert: async () => undefined,
      authority: async (alert) => {
        pager += 1;
        if (pager === 1) throw new TypeError('the pager is off');
        alerts.push(alert);
      },
    },
  });
  await vi.waitFor(() => expect(alerts).toHaveLength(1), { timeout: 30_000 });
  await looked();
  expect(alerts).toHaveLength(1);
  expect(onError).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ message: 'the pager is off' }),
  );
});

it('looks at nothing where the chain cannot tell', async () => {
  await make({ chain: memoryChain().chain });
  await pause(100);
  expect(looks).toBe(0);
  expect(alerts).toEqual([]);
});

it.each([{ leastLamports: 0 }, { everyMs: 0 }, { everyMs: Number.NaN }])(
  'a wrong option is named: %j',
  async (authorityWatch) => {
    await expect(make({ authorityWatch })).rejects.toMatchObject({
      code: 'invalid_option',
      details: { option: Object.keys(authorityWatch)[0] },
    });
  },
);
