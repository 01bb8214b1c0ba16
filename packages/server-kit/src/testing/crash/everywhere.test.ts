import { afterAll, describe, expect, it } from 'vitest';
import type { StartRequest } from '../../http/operations.ts';
import type { Service } from '../../service.ts';
import { closeDatabases, databases } from '../databases.ts';
import { memoryChain } from '../memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../rules.ts';
import { type CrashWorld, crashEverywhere } from './everywhere.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const inputs = { upgrade: { targetTierId: 'tier-2' }, claim: {}, badge_activation: { badgeId: 'b1' } } as const;

afterAll(closeDatabases);

/** What a client does: start, sign when it is asked to, wait. */
async function use(service: Service, process: keyof typeof inputs): Promise<void> {
  const request: StartRequest = { process, principal, input: inputs[process], idempotencyKey: 'one-and-only' };
  const { snapshot } = await service.start(request);
  const query = { process, operationId: snapshot.operationId, principal };
  const seen = await untilStatus(service, query, ['awaiting_burn', 'verifying_burn', 'minting_new_nft', 'completed']);
  if (seen.status === 'awaiting_burn') {
    const { burnTransaction } = seen.now as { burnTransaction: { transaction: string } };
    await service.confirmBurn({ ...query, confirmation: { signedTransaction: burnTransaction.transaction } });
  }
  await untilStatus(service, query, ['completed']);
}

/** Each process once, on one of the two databases; with CRASH=all each on both, which takes some minutes. */
const runs = databases.flatMap(({ name, open }) =>
  (['upgrade', 'claim', 'badge_activation'] as const)
    .filter((process) => globalThis.process.env.CRASH === 'all' || (process === 'claim') === (name === 'pglite'))
    .map((process) => ({ name, open, process })),
);

describe('a process that dies at any of its writes', () => {
  it.each(runs)('S4, K1, K2, K3, K4, B1, B2, M3: $process on $name', async ({ process, open: openDatabase }) => {
    const db = await openDatabase();
    let tables = false;
    const open = async (): Promise<CrashWorld> => {
      if (tables) await db.sql('truncate nft_upgrade.operation, nft_upgrade.setting cascade; delete from nft_upgrade_queue.job');
      tables = true;
      const ledger = memoryChain();
      ledger.give(mint, principal.wallet);
      const host = permissiveRules(mint);
      const published = new Set<string>();
      return {
        options: {
          db,
          chain: ledger.chain,
          content: memoryContent().store,
          rules: host.rules,
          sinks: [{ name: 'events', publish: async ({ id }) => void published.add(id) }],
          watchMs: 10,
          sweepMs: 50,
          takeoverMs: 200,
          patience: { retryBaseMs: 5, retryMaxMs: 20 },
        },
        play: (service) => use(service, process),
        async check() {
          const operations = await db.sql<{ status: string }>('select status from nft_upgrade.operation');
          const minted = process === 'badge_activation' ? 0 : 1;
          return [
            ...(operations.length === 1 && operations[0]?.status === 'completed' ? [] : [`operations: ${JSON.stringify(operations)}`]),
            ...(ledger.mints() === minted ? [] : [`I1: ${ledger.mints()} mints`]),
            ...(process === 'upgrade' && ledger.ownerOf(mint) !== null ? ['I5: completed without a burn'] : []),
            ...(published.size > 0 ? [] : ['nothing was published']),
            ...(new Set(host.recorded).size === 1 ? [] : [`recorded for ${new Set(host.recorded).size} operations`]),
          ];
        },
      };
    };
    const report = await crashEverywhere({ open });
    expect(report.violations).toEqual([]);
    // Each write was met twice, but for a few that do not come to pass in every life.
    expect(report.crashes).toBeGreaterThan(report.writes.length);
    expect(report.writes).toEqual(expect.arrayContaining([`${process}.qualify#1`, `${process}.record#1`, 'sink events.publish#1']));
    await db.close();
  });
});
