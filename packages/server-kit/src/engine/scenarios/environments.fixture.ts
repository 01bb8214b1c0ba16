import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { Db } from '../../db/db.ts';
import type { Alert } from '../../ports/alerts.ts';
import { createService, type Service, type ServiceOptions } from '../../service.ts';
import type { ChainHarness, Holder } from '../../testing/chain-harness/chain-harness.ts';
import { openChainHarness } from '../../testing/chain-harness/open-chain-harness.ts';
import { closeDatabases, databases } from '../../testing/databases.ts';
import { journalFaults } from '../../testing/invariants.ts';
import { memoryContent, permissiveRules, untilStatus } from '../../testing/rules.ts';

/** What a scenario has at hand: fresh for each test, on one database and one chain. */
export interface TestEnvironment {
  db: Db;
  harness: ChainHarness;
  /** Alice, who holds the NFT that the rules speak of. */
  alice: Holder;
  content: ReturnType<typeof memoryContent>;
  host: ReturnType<typeof permissiveRules>;
  alerts: Alert[];
  errors: unknown[];
  /** What a node is made of. */
  options(options?: Partial<ServiceOptions>): ServiceOptions;
  /** Starts a node. */
  node(options?: Partial<ServiceOptions>): Promise<Service>;
  /** Stops all nodes. */
  stop(): Promise<void>;
  begin(
    service: Service,
    options?: {
      process?: 'upgrade' | 'claim';
      key?: string | null;
      principal?: Holder['principal'];
    },
  ): Promise<string>;
  until(
    service: Service,
    operationId: string,
    ...statuses: string[]
  ): ReturnType<typeof untilStatus>;
  query(operationId: string): {
    process: string;
    operationId: string;
    principal: Holder['principal'];
  };
  history(service: Service, operationId: string): Promise<string[]>;
  /** The database as it was before any of this. */
  wipe(): Promise<unknown>;
  /** The wallet holds the one new NFT, and not the old one. Resolves to its mint address. */
  delivered(): Promise<string>;
  /** An upgrade that waits for its signature. */
  awaiting(service: Service): Promise<string>;
}

/** A machine that is busy with something else takes its time. */
const PATIENT_MS = 60_000;

/**
 * Runs the same tests on PGlite and on Postgres, with a real Solana runtime: one Postgres and one
 * chain for a file.
 */
export function describeEnvironments(
  title: string,
  tests: (environment: TestEnvironment) => void,
): void {
  let chain: Awaited<ReturnType<typeof openChainHarness>> | undefined;
  beforeAll(async () => {
    chain = await openChainHarness();
  });
  afterAll(async () => {
    await chain?.stop();
    await closeDatabases();
  });
  describe.each(databases)(`${title}, on $name and a real chain`, ({ open }) => {
    let db: Db | undefined;
    const environment = {} as TestEnvironment;
    const services: Service[] = [];
    const stop = async () =>
      void (await Promise.all(services.splice(0).map((service) => service.stop())));
    beforeAll(async () => {
      db = await open();
    });
    beforeEach(async () => {
      if (!db || !chain) throw new RangeError('unreachable');
      Object.assign(
        environment,
        await openTestEnvironment(db, await chain.fresh(), services, stop),
      );
    });
    afterEach(async () => {
      environment.harness.silence(false);
      environment.harness.doubt(false);
      environment.harness.lag(0);
      environment.harness.lose(0);
      environment.harness.thaw();
      await stop();
      const faults = await journalFaults(environment.db);
      await environment.wipe();
      // I2, I3 and I4, after every test. Some leave an operation that waits for its user.
      expect(faults.filter((fault) => !fault.includes('I3: still '))).toEqual([]);
    });
    tests(environment);
  });
}

async function openTestEnvironment(
  db: Db,
  harness: ChainHarness,
  services: Service[],
  stop: () => Promise<void>,
): Promise<TestEnvironment> {
  const alice = await harness.holder('alice');
  const content = memoryContent();
  const host = permissiveRules(() => alice.mint, harness.standard);
  const alerts: Alert[] = [];
  const errors: unknown[] = [];
  const query = (operationId: string) => ({
    process: operationId.startsWith('upg') ? 'upgrade' : 'claim',
    operationId,
    principal: alice.principal,
  });
  const until: TestEnvironment['until'] = (service, operationId, ...statuses) =>
    untilStatus(service, query(operationId), statuses, PATIENT_MS);
  const begin: TestEnvironment['begin'] = async (
    service,
    { process = 'upgrade', key = null, principal = alice.principal } = {},
  ) => {
    const input = process === 'upgrade' ? { targetTierId: 'tier-2' } : {};
    return (await service.start({ process, principal, input, idempotencyKey: key })).snapshot
      .operationId;
  };
  const options: TestEnvironment['options'] = (some = {}) => ({
    db,
    chain: harness.chain(),
    content: content.store,
    rules: host.rules,
    watchMs: 20,
    sweepMs: 200,
    takeoverMs: 600,
    patience: { retryBaseMs: 10, retryMaxMs: 50, maxAttempts: 3 },
    alerts: { alert: async (alert) => void alerts.push(alert) },
    onError: (error) => errors.push(error),
    ...some,
  });
  return {
    db,
    harness,
    alice,
    content,
    host,
    alerts,
    errors,
    stop,
    query,
    until,
    begin,
    options,
    async node(some) {
      const service = await createService(options(some));
      services.push(service);
      return service;
    },
    history: async (service, operationId) =>
      (await service.events({ ...query(operationId), after: 0 })).map(({ status }) => status),
    wipe: () =>
      db.sql(
        `truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade;
          delete from nft_upgrade_queue.job`,
      ),
    async delivered() {
      const held = await harness.nfts(alice.principal.wallet);
      expect(held).toHaveLength(1);
      expect(held).not.toContain(alice.mint);
      return held[0] ?? '';
    },
    async awaiting(service) {
      const operationId = await begin(service);
      await until(service, operationId, 'awaiting_burn');
      return operationId;
    },
  };
}
