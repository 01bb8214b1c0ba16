import { afterAll, expect, it } from 'vitest';
import { pglite } from '../../db/pglite.ts';
import type { MintRequest } from '../../ports/chain.ts';
import { createService } from '../../service.ts';
import { memoryChain } from '../../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../../testing/rules.ts';

const nft = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };

const db = await pglite({ memory: true });
afterAll(() => db.close());

it('S3, S10: an NFT that a restored database has forgotten is not paid as well', async () => {
  const ledger = memoryChain();
  ledger.give(nft, principal.wallet);
  const orders: MintRequest[] = [];
  const payments: string[] = [];
  const service = await createService({
    db,
    chain: {
      ...ledger.chain,
      mint: { ...ledger.chain.mint, preflight: async (order) => void orders.push(order) },
    },
    content: {
      ...memoryContent().store,
      put: async () => {
        throw new TypeError('away');
      },
    },
    rules: permissiveRules(nft).rules,
    watchMs: 20,
    patience: { retryBaseMs: 1, retryMaxMs: 1, maxAttempts: 1 },
    compensator: {
      async settle({ compensationId }) {
        payments.push(compensationId);
        return { kind: 'refund' };
      },
    },
    onError: () => {},
  });
  const { snapshot } = await service.start({
    process: 'upgrade',
    principal,
    input: { targetTierId: 'tier-2' },
    idempotencyKey: null,
  });
  const { operationId } = snapshot;
  const query = { process: 'upgrade', operationId, principal };
  await untilStatus(service, query, ['awaiting_burn']);
  ledger.submit(operationId);
  // Nothing was ever signed here: its metadata cannot be stored. Before the restore it went on.
  expect(await untilStatus(service, query, ['needs_attention'])).toMatchObject({
    phase: 'metadata',
  });
  const [order] = orders;
  if (!order) throw new RangeError('Nothing was ordered.');
  await ledger.chain.mint.send(await ledger.chain.mint.prepare(order, 1));

  await expect(service.obligations.compensate(operationId)).rejects.toMatchObject({
    code: 'compensate_refused',
    details: { mint: 'minted' },
  });
  expect([payments, ledger.mints()]).toEqual([[], 1]);
  await service.stop();
});
