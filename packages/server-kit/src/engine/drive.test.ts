import { afterAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { createService } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const nft = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const never = 100_000_000;

afterAll(closeDatabases);

describe.each(databases)('a run that a command comes in upon, on $name', ({ open }) => {
  // Nobody else would come by: it goes on at once, or not at all.
  it.each([
    ['takes the operation up', 'nft_upgrade_take', 'before'],
    ['has read it', 'nft_upgrade_load_tried', 'after'],
  ] as const)(
    'S11, I7: while it %s, it goes on under the lease of the command',
    async (_, name, when) => {
      const db = await open();
      const { promise: gate, resolve: goOn } = Promise.withResolvers<void>();
      let holds = false;
      let held = false;
      const slow: Db = {
        ...db,
        async sql(text, parameters, called) {
          const mine = holds && called === name;
          if (mine) [holds, held] = [false, true];
          if (mine && when === 'before') await gate;
          const rows = await db.sql<never>(text, parameters, called);
          if (mine && when === 'after') await gate;
          return rows;
        },
      };
      const memory = memoryChain();
      memory.give(nft, principal.wallet);
      const service = await createService({
        db: slow,
        chain: memory.chain,
        content: memoryContent().store,
        rules: permissiveRules(nft).rules,
        watchMs: never,
        sweepMs: never,
        takeoverMs: never,
      });
      const { snapshot } = await service.start({
        process: 'upgrade',
        principal,
        input: { targetTierId: 'tier-2' },
        idempotencyKey: null,
      });
      const query = { process: 'upgrade', operationId: snapshot.operationId, principal };
      const { now } = await untilStatus(service, query, ['awaiting_burn']);
      const isFree = async () =>
        (await db.sql("select 1 from nft_upgrade.operation where leased_until = '-infinity'"))
          .length;
      await expect.poll(isFree).toBe(1);
      holds = true;
      const looking = service.advance(query.operationId);
      await expect.poll(() => held).toBe(true);
      const { transaction } = now.burnTransaction as { transaction: string };
      await service.confirmBurn({ ...query, confirmation: { signedTransaction: transaction } });
      goOn();
      await looking;
      expect(['burned_owed', 'delivered']).toContain((await service.snapshot(query)).asset);
      await service.stop();
    },
  );
});
