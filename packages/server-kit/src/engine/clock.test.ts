import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { createMortal } from '../testing/crash/mortal.ts';
import { closeDatabases } from '../testing/databases.ts';
import { type MemoryChain, memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';
import { pgliteWithClock, postgresWithClock, type ShiftedClock } from './clock.fixture.ts';

const nft = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const HOUR = 3_600_000;
const PATIENT_MS = 60_000;

afterAll(closeDatabases);

describe.each([
  { name: 'pglite, and its process', open: pgliteWithClock },
  { name: 'postgres', open: postgresWithClock },
])('a clock that is set an hour back and forward again: that of $name', ({ open }) => {
  let clock: ShiftedClock;
  let ledger: MemoryChain;
  let content: ReturnType<typeof memoryContent>;
  let services: Service[] = [];
  beforeAll(async () => {
    clock = await open();
  });
  beforeEach(() => {
    ledger = memoryChain();
    ledger.give(nft, principal.wallet);
    content = memoryContent();
  });
  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    services = [];
    await clock.set(0);
    await clock.db.sql(
      `truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade;
        delete from nft_upgrade_queue.job`,
    );
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await clock.db.close();
  });

  const options = (some: Partial<ServiceOptions> = {}): ServiceOptions => ({
    db: clock.db,
    chain: ledger.chain,
    content: content.store,
    rules: permissiveRules(nft).rules,
    watchMs: 50,
    sweepMs: 200,
    takeoverMs: 600,
    patience: { retryBaseMs: 500, retryMaxMs: 1_000, maxAttempts: 3 },
    ...some,
  });
  const node = async (some?: Partial<ServiceOptions>) => {
    const service = await createService(options(some));
    services.push(service);
    return service;
  };
  const query = (operationId: string) => ({
    process: operationId.startsWith('upg') ? 'upgrade' : 'claim',
    operationId,
    principal,
  });
  const begin = async (service: Service, process = 'upgrade') => {
    const input = process === 'upgrade' ? { targetTierId: 'tier-2' } : {};
    return (await service.start({ process, principal, input, idempotencyKey: null })).snapshot
      .operationId;
  };
  const until = (service: Service, id: string, ...statuses: string[]) =>
    untilStatus(service, query(id), statuses, PATIENT_MS);
  /** What the database says, in the way in which our statements and those of the queue ask. */
  const hour = async () => {
    const [row] = await clock.db.sql<{ at: Date }>(
      `select least(now(), clock_timestamp(), nft_upgrade_queue.job_now()) as at,
        greatest(now(), clock_timestamp()) as latest`,
    );
    return ((Number(row?.at) - performance.timeOrigin - performance.now()) / HOUR).toFixed(1);
  };

  it('S4: a burn that nobody reports is seen at once, and the NFT arrives', async () => {
    const service = await node();
    const id = await begin(service);
    await until(service, id, 'awaiting_burn');
    expect(Number(await hour())).toBeCloseTo(0);
    await clock.set(-HOUR);
    expect(Number(await hour())).toBeCloseTo(-1);
    ledger.submit(id);
    await until(service, id, 'completed');
    expect(ledger.mints()).toBe(1);
    const times = (await service.events({ ...query(id), after: 0 })).map(
      ({ timestamp }) => timestamp,
    );
    expect(times).toEqual(times.toSorted((a, b) => a.localeCompare(b)));
  });

  it('S4: what a killed node held is taken up by the sweep', async () => {
    const mortal = createMortal(options(), { write: 'mint.send#1', when: 'before' });
    const doomed = await createService(mortal.options);
    const id = await begin(doomed);
    await until(doomed, id, 'awaiting_burn');
    ledger.submit(id);
    await mortal.died;
    await mortal.settled();
    void doomed.stop().catch(() => undefined);
    await clock.set(-HOUR);
    const next = await node();
    await until(next, id, 'completed');
    expect(ledger.mints()).toBe(1);
  });

  it('M1: a retry that waits for its time is made', async () => {
    const service = await node();
    content.fail(
      new NftUpgradeError('metadata_upload_failed'),
      new NftUpgradeError('metadata_upload_failed'),
    );
    const id = await begin(service, 'claim');
    await until(service, id, 'recovering');
    await clock.set(-HOUR);
    await until(service, id, 'completed');
  });

  it('S6: what others could not be told is told again', async () => {
    const published: string[] = [];
    let refusals = 0;
    const sinks = [
      {
        name: 'other',
        publish: async ({ event }: { event: { status: string } }) => {
          if (refusals === 0) {
            refusals += 1;
            throw new NftUpgradeError('temporarily_unavailable');
          }
          published.push(event.status);
        },
      },
    ];
    const service = await node({ sinks });
    const id = await begin(service, 'claim');
    await until(service, id, 'completed');
    await expect.poll(() => refusals, { timeout: PATIENT_MS }).toBe(1);
    await clock.set(-HOUR);
    await expect.poll(() => published.at(-1), { timeout: PATIENT_MS }).toBe('completed');
  });

  it("M4: an obligation alerts early rather than late; an operator's decision runs", async () => {
    const alerts: string[] = [];
    const service = await node({
      alerts: { alert: async ({ summary }) => void alerts.push(summary) },
    });
    content.fail(...Array.from({ length: 3 }, () => new NftUpgradeError('metadata_upload_failed')));
    const id = await begin(service, 'claim');
    await until(service, id, 'needs_attention');
    await expect.poll(() => alerts, { timeout: PATIENT_MS }).toHaveLength(1);
    await clock.set(-HOUR);
    await expect
      .poll(() => alerts[1], { timeout: PATIENT_MS })
      .toBe('claim is owed for 0 minutes and nobody has settled it');
    await clock.set(0);
    // A node that has died since is at it, for as long as its lease.
    await clock.db.sql(
      `insert into nft_upgrade.operator_request (operation_id, action, requested_by, claimed_until)
       values ($1, 'retry', 'somebody', clock_timestamp() + interval '60 seconds')`,
      [id],
    );
    await clock.set(-HOUR);
    await until(service, id, 'completed');
    expect(alerts).toHaveLength(2);
  });

  it('S9: no window is closed by a clock alone, and forward again everything goes on', async () => {
    await clock.set(-HOUR);
    const service = await node();
    const id = await begin(service);
    await until(service, id, 'awaiting_burn');
    await clock.set(0);
    // A few rounds by the right clock: the deadline is long over by it, and the transaction may
    // still land.
    const looked = () =>
      clock.db.sql('select checked_at from nft_upgrade.operation where id = $1', [id]);
    for (let rounds = 0; rounds < 3; rounds += 1) {
      const before = await looked();
      await expect.poll(looked, { timeout: PATIENT_MS }).not.toEqual(before);
    }
    expect((await service.snapshot(query(id))).status).toBe('awaiting_burn');
    ledger.submit(id);
    await until(service, id, 'completed');
    expect(ledger.mints()).toBe(1);
    // The queue has nothing left that waits for a time that does not come.
    const jobs = () =>
      clock.db.sql(
        "select id from nft_upgrade_queue.job where state in ('created', 'retry', 'active')",
      );
    await expect.poll(jobs, { timeout: PATIENT_MS }).toEqual([]);
  });
});
