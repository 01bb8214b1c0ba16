import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../service.ts';
import { openChainHarness } from '../chain-harness/open-chain-harness.ts';
import { closeDatabases, databases } from '../databases.ts';
import { memoryContent, permissiveRules } from '../rules.ts';
import { playUser } from '../user.ts';
import { type CrashEnvironment, crashEverywhere } from './everywhere.ts';

/**
 * Each process once, on one of the two databases, stopped at one side of its commits. With
 * CRASH=all each on both, at both sides and at what repeats, which takes some minutes.
 */
const isAll = process.env.CRASH === 'all';
const runs = databases.flatMap(({ name, open }) =>
  (['upgrade', 'claim', 'badge_activation'] as const)
    .filter((process) => isAll || (process === 'claim') === (name === 'pglite'))
    .map((process) => ({ name, open, process })),
);

const EMPTY = `truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade;
    delete from nft_upgrade_queue.job`;
/** Blocks that are final as soon as may be: a life takes as long as its own work. */
const pace = { slotMs: 10, confirmDepth: 1, finalizeDepth: 3 };
let chain: Awaited<ReturnType<typeof openChainHarness>>;
beforeAll(async () => {
  chain = await openChainHarness(pace);
});
afterAll(async () => {
  await chain.stop();
  await closeDatabases();
});

describe('a process that dies at any of its writes', () => {
  it.each(runs)(
    'S4, K1, K2, K3, K4, B1, B2, M3: $process on $name',
    async ({ process, open: openDatabase }) => {
      const db = await openDatabase();
      // Where no chain takes its time, the tables are made in every life: those are writes like any
      // other.
      const empties =
        process === 'badge_activation'
          ? 'drop schema if exists nft_upgrade, nft_upgrade_queue cascade'
          : EMPTY;
      if (empties === EMPTY) await (await createService({ db, rules: {} })).stop();
      const open = async (): Promise<CrashEnvironment> => {
        await db.sql(empties);
        const harness = await chain.fresh();
        const alice = await harness.holder('alice');
        const { principal } = alice;
        const host = permissiveRules(alice.mint, harness.standard);
        const published = new Set<string>();
        return {
          options: {
            db,
            chain: harness.chain(),
            content: memoryContent().store,
            rules: host.rules,
            sinks: [{ name: 'events', publish: async ({ id }) => void published.add(id) }],
            watchMs: 20,
            sweepMs: 50,
            takeoverMs: 200,
            patience: { retryBaseMs: 5, retryMaxMs: 20 },
          },
          play: (service) =>
            playUser(service, {
              process,
              principal,
              idempotencyKey: 'one-and-only',
              sign: harness.wallet(alice),
            }),
          async check() {
            const operations = await db.sql<{ status: string }>(
              'select status from nft_upgrade.operation',
            );
            const held = await harness.nfts(principal.wallet);
            const made = held.filter((mint) => mint !== alice.mint).length;
            const minted = process === 'badge_activation' ? 0 : 1;
            return [
              ...(operations.length === 1 && operations[0]?.status === 'completed'
                ? []
                : [`operations: ${JSON.stringify(operations)}`]),
              ...(made === minted ? [] : [`I1: ${made} mints`]),
              ...(process === 'upgrade' && held.includes(alice.mint)
                ? ['I5: completed without a burn']
                : []),
              ...(published.size > 0 ? [] : ['nothing was published']),
              ...(new Set(host.recorded).size === 1
                ? []
                : [`recorded for ${new Set(host.recorded).size} operations`]),
            ];
          },
        };
      };
      const report = await crashEverywhere({ open, repeats: isAll ? 3 : 1, bothSides: isAll });
      expect(report.violations).toEqual([]);
      // Each write was met, but for a few that do not happen in every life.
      expect(report.crashes).toBeGreaterThanOrEqual(report.writes.length);
      expect(report.writes).toEqual(
        expect.arrayContaining([
          `${process}.qualify#1`,
          `${process}.record#1`,
          'sink events.publish#1',
        ]),
      );
      await db.close();
    },
  );
});
