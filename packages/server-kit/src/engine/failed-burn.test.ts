import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import type { BurnObservation, Chain } from '../ports/chain.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { type MemoryChain, memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };

let db: Db;
let ledger: MemoryChain;
let service: Service | undefined;
const errors: NftUpgradeError[] = [];
afterAll(closeDatabases);
beforeEach(async () => {
  db = await (databases[0] as (typeof databases)[number]).open();
  ledger = memoryChain();
  ledger.give(mint, alice.wallet);
  errors.length = 0;
});
afterEach(async () => {
  await service?.stop();
  await db.close();
});

const make = async (options: Partial<ServiceOptions> = {}): Promise<Service> => {
  const onError = (error: unknown) => errors.push(error as NftUpgradeError);
  const { rules } = permissiveRules(mint);
  const standard = {
    db,
    chain: ledger.chain,
    content: memoryContent().store,
    rules,
    watchMs: 20,
    sweepMs: 200,
    onError,
  };
  service = await createService({
    ...standard,
    patience: { retryBaseMs: 10, retryMaxMs: 50, maxAttempts: 2 },
    ...options,
  });
  return service;
};
const begin = async (at: Service) => {
  const { snapshot } = await at.start({
    process: 'upgrade',
    principal: alice,
    input: { targetTierId: 'tier-2' },
    idempotencyKey: null,
  });
  const query = { process: 'upgrade', operationId: snapshot.operationId, principal: alice };
  await untilStatus(at, query, ['awaiting_burn']);
  return query;
};

/** A chain on which the first attempt lands with an error, and the NFT stays where it is. */
function firstBurnFails(): Chain {
  const { chain } = ledger;
  const failed = new Set<string>();
  return {
    ...chain,
    burn: {
      ...chain.burn,
      async accept(signed, attempts) {
        const accepted = await chain.burn.accept(signed, attempts);
        if (accepted.attempt === 1) failed.add(accepted.signature);
        return accepted;
      },
      broadcast: async (signed) =>
        signed.attempt === 1 ? undefined : chain.burn.broadcast(signed),
      async observe(query): Promise<BurnObservation> {
        const signature = query.signatures.find(
          (one) => failed.has(one) && !query.ruledOut?.includes(one),
        );
        if (!signature) return chain.burn.observe(query);
        return {
          kind: 'failed',
          signature,
          code: 'burn_transaction_failed',
          message: 'The burn failed.',
        };
      },
    },
  };
}

it('B4: a burn that failed on the chain is ruled out, and another one is handed out', async () => {
  const at = await make({ chain: firstBurnFails() });
  const query = await begin(at);
  const [first] = await db.sql<{ data: { transaction: string } }>(
    `select data from nft_upgrade.attempt where kind = 'burn'`,
  );
  await at.confirmBurn({
    ...query,
    confirmation: { signedTransaction: first?.data.transaction ?? '' },
  });
  await expect
    .poll(async () => (await at.snapshot(query)).now.code, { timeout: 60_000 })
    .toBe('burn_transaction_failed');
  expect((await at.snapshot(query)).now.burnTransaction).toMatchObject({ attempt: 2 });
  expect(await db.sql('select refused from nft_upgrade.burn_signature')).toEqual([
    { refused: 'burn_transaction_failed' },
  ]);
  const [proof] = await db.sql<{ outcome: string }>(
    `select outcome from nft_upgrade.attempt where kind = 'burn' and attempt = 1`,
  );
  expect(proof?.outcome).toMatch(/^failed on chain: \w+ \(burn_transaction_failed\)$/);
  ledger.submit(query.operationId, 2);
  await untilStatus(at, query, ['completed']);
  expect(ledger.mints()).toBe(1);
});

it('an obligation shows its history, and is not compensated while a mint may land', async () => {
  let mayLand = false;
  const { chain } = ledger;
  const observe: Chain['mint']['observe'] = async (...given) =>
    mayLand ? { kind: 'pending', signature: 'somewhere' } : chain.mint.observe(...given);
  const broken: Chain = {
    ...chain,
    mint: {
      ...chain.mint,
      observe,
      prepare: () => Promise.reject(Object.assign(new Error('The key is gone.'))),
    },
  };
  const at = await make({
    chain: broken,
    compensator: { settle: async () => ({ kind: 'refund' }) },
  });
  const query = await begin(at);
  ledger.submit(query.operationId);
  await untilStatus(at, query, ['needs_attention']);
  const { obligation, snapshot, events } = await at.obligations.show(query.operationId);
  expect([obligation.operationId, obligation.settlement, snapshot.status]).toEqual([
    query.operationId,
    null,
    'needs_attention',
  ]);
  expect(events.map(({ status }) => status)).toContain('mint_failed');
  await expect(at.obligations.show('upg_none')).rejects.toMatchObject({ code: 'not_found' });

  mayLand = true;
  await expect(at.obligations.compensate(query.operationId)).rejects.toMatchObject({
    code: 'compensate_refused',
    details: { mint: 'pending' },
  });
  await at.stop();
  const bare = await make({ chain: broken });
  await expect(bare.obligations.compensate(query.operationId)).rejects.toMatchObject({
    code: 'missing_capability',
  });
});
