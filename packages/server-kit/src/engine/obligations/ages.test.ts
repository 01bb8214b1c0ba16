import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../ports/alerts.ts';
import type { LogRecord } from '../../ports/log.ts';
import { createService, type Service, type ServiceOptions } from '../../service.ts';
import { closeDatabases, databases } from '../../testing/databases.ts';
import { memoryChain } from '../../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../../testing/rules.ts';

const nft = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const patient = { timeout: 30_000 };

let service: Service | undefined;
afterEach(async () => service?.stop());
afterAll(closeDatabases);

describe.each(databases)('what stands still, on $name', ({ open }) => {
  const begin = async (
    options: (memory: ReturnType<typeof memoryChain>) => Partial<ServiceOptions>,
  ) => {
    const ledger = memoryChain();
    ledger.give(nft, principal.wallet);
    const alerts: Alert[] = [];
    const node = await createService({
      db: await open(),
      chain: ledger.chain,
      content: memoryContent().store,
      rules: permissiveRules(nft).rules,
      watchMs: 20,
      sweepMs: 50,
      takeoverMs: 200,
      stopMs: 2_000,
      ageAlertMs: 600,
      owedAlarmMs: 1_500,
      patience: { retryBaseMs: 5, retryMaxMs: 20, maxAttempts: 3 },
      alerts: { alert: async (alert) => void alerts.push(alert) },
      ...options(ledger),
    });
    service = node;
    const { snapshot } = await node.start({
      process: 'upgrade',
      principal,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
    });
    const { operationId } = snapshot;
    const query = { process: 'upgrade', operationId, principal };
    const { now } = await untilStatus(node, query, ['awaiting_burn']);
    const { transaction } = now.burnTransaction as { transaction: string };
    await node.confirmBurn({ ...query, confirmation: { signedTransaction: transaction } });
    const summaries = () => alerts.map(({ summary }) => summary);
    return { node, ledger, query, operationId, alerts, summaries };
  };

  it('S11, I7: records that always fail are alerted, listed, alarmed, and retried', async () => {
    let mended = false;
    const { rules } = permissiveRules(nft);
    const record: typeof rules.upgrade.record = async (operation) => {
      if (!mended) throw new RangeError('unknown tier');
      return rules.upgrade.record(operation);
    };
    const { node, query, operationId, summaries } = await begin(() => ({
      // Slower than this machine may be on its way there.
      ageAlertMs: 60_000,
      rules: { ...rules, upgrade: { ...rules.upgrade, record } },
    }));
    await expect.poll(() => summaries().length, patient).toBe(2);
    expect(summaries()).toEqual([
      'upgrade is delivered and not in the records: internal',
      'upgrade stands in updating_records for 0 minutes and nobody has helped it on',
    ]);
    expect(await node.obligations.list()).toMatchObject([{ operationId, kind: 'records' }]);
    const { status, asset, terminal } = await node.snapshot(query);
    expect({ status, asset, terminal }).toEqual({
      status: 'updating_records',
      asset: 'delivered',
      terminal: false,
    });
    // Once it is mended it goes on by itself, and nothing is left to retry.
    await node.obligations.retry(operationId);
    mended = true;
    await untilStatus(node, query, ['completed']);
    expect(await node.obligations.list()).toEqual([]);
    expect(await node.obligations.list({ all: true })).toMatchObject([
      { settlement: 'delivered', kind: 'records' },
    ]);
    expect(summaries()).toHaveLength(2);
  });

  it('S11, I7: a burn at risk that cannot be looked for alerts twice, and goes on', async () => {
    let away = true;
    const { node, query, operationId, alerts } = await begin(({ chain }) => ({
      chain: {
        ...chain,
        burn: {
          ...chain.burn,
          observe: (...call) => (away ? new Promise(() => undefined) : chain.burn.observe(...call)),
        },
      },
      deadlines: { 'burn.observe': 100 },
    }));
    await expect.poll(() => alerts.length, patient).toBe(2);
    expect(alerts).toMatchObject([
      { operationId, severity: 'warning', evidence: { asset: 'at_risk' } },
      { operationId, severity: 'critical' },
    ]);
    expect(await node.obligations.list()).toMatchObject([{ operationId, kind: 'age' }]);
    away = false;
    await untilStatus(node, query, ['completed']);
    expect(await node.obligations.list({ all: true })).toEqual([]);
    expect(alerts).toHaveLength(2);
  });

  it('S11, I7: a compensation that is decided and not paid is open, and alerts twice', async () => {
    let away = true;
    const { node, query, operationId, summaries } = await begin(({ chain }) => ({
      chain: {
        ...chain,
        mint: {
          ...chain.mint,
          prepare: async () => {
            throw new NftUpgradeError('mint_address_occupied');
          },
        },
      },
      compensator: {
        async settle() {
          if (away) throw new RangeError('The bank is closed.');
          return { kind: 'refund' };
        },
      },
    }));
    await untilStatus(node, query, ['needs_attention']);
    await node.obligations.compensate(operationId);
    const unpaid = () => summaries().filter((summary) => summary.includes('to be compensated'));
    await expect.poll(() => unpaid().length, patient).toBe(2);
    expect(await node.obligations.list()).toMatchObject([
      { operationId, settlement: 'compensated' },
    ]);
    away = false;
    await untilStatus(node, query, ['compensated']);
    expect(await node.obligations.list()).toEqual([]);
    expect(unpaid()).toHaveLength(2);
  });

  it('S11, I7: without the option alerts, the log and the list have it', async () => {
    const lines: LogRecord[] = [];
    const { node, operationId } = await begin(({ chain }) => ({
      alerts: undefined,
      log: (line) => void lines.push(line),
      chain: { ...chain, mint: { ...chain.mint, observe: () => new Promise(() => undefined) } },
    }));
    const seen = () =>
      lines.filter(({ level, fields }) => level === 'error' && fields.operationId === operationId)
        .length;
    await expect.poll(seen, patient).toBeGreaterThan(0);
    expect(await node.obligations.list()).toMatchObject([{ operationId, kind: 'age' }]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('No alerts option'),
      }),
    );
  });
});
