import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../db/db.ts';
import { createService, type Service } from '../../service.ts';
import { openSolanaEnvironment, type SolanaEnvironment } from '../../solana/fixtures.ts';
import { closeDatabases, databases } from '../databases.ts';
import { untilStatus } from '../rules.ts';
import { audit } from './audit.ts';
import { sharedContent } from './content.ts';
import { fenceTables } from './fence.ts';
import { tortureRules, tortureTables } from './rules.ts';

let db: Db;
let solana: SolanaEnvironment;
let service: Service;
let claimed: string;
let other: SolanaEnvironment;

/** A user who has claimed an NFT, on a real chain. */
beforeAll(async () => {
  db = await databases[0].open();
  [solana, other] = await Promise.all([
    openSolanaEnvironment('lite'),
    openSolanaEnvironment('lite'),
  ]);
  await db.sql(tortureTables);
  service = await createService({
    db,
    chain: solana.chain,
    content: sharedContent(db),
    rules: tortureRules(db),
    watchMs: 20,
  });
  const principal = { id: 'alice', wallet: (await solana.wallet()).publicKey.toBase58() };
  const { snapshot } = await service.start({
    process: 'claim',
    principal,
    input: {},
    idempotencyKey: null,
  });
  claimed = snapshot.operationId;
  await untilStatus(
    service,
    { process: 'claim', operationId: claimed, principal },
    ['completed'],
    60_000,
  );
  await service.stop();
  await db.sql(fenceTables);
});
afterAll(async () => {
  await Promise.all([solana.stop(), other.stop()]);
  await closeDatabases();
});

const found = async (acknowledged: readonly string[] = [claimed], rpcUrl = solana.local.rpcUrl) => {
  const { violations } = await audit({
    db,
    rpcUrl,
    authority: solana.authority.publicKey.toBase58(),
    acknowledged: new Set(acknowledged),
    faults: [],
  });
  return violations.join('\n');
};

it('counts what users began, and what of it has an end', async () => {
  const seen = await audit({
    db,
    rpcUrl: solana.local.rpcUrl,
    authority: solana.authority.publicKey.toBase58(),
    acknowledged: new Set([claimed, 'clm_lost']),
    faults: [],
  });
  expect(seen).toMatchObject({ operations: 2, completed: 1, compensated: 0, lost: 1 });
});

it('finds nothing where nothing is wrong', async () => expect(await found()).toBe(''));

it.each([
  [
    'an operation that was acknowledged and is lost',
    async () => found([claimed, 'clm_lost']),
    'clm_lost: was acknowledged and is lost',
  ],
  [
    'a mint that is not on the chain',
    async () => found([claimed], other.local.rpcUrl),
    'I5: its mint',
  ],
])('finds %s', async (_, look, expected) => expect(await look()).toContain(expected));

it.each([
  [
    'an end that is none',
    `update nft_upgrade.operation set status = 'minting_new_nft', live = true`,
    'I4: row and log differ',
  ],
  [
    'an event that is missing',
    'delete from nft_upgrade.event where seq = 2',
    'I4: event 3 stands at 2',
  ],
  ['a delivery that was not recorded', 'delete from torture.nft', 'no record of its NFT'],
  [
    'a record without a delivery',
    `insert into torture.nft values ('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', 'bob',
      'clm_none', false)`,
    'a record without a delivery',
  ],
  [
    'a user with two NFTs',
    `insert into torture.nft values ('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', 'alice',
      'clm_none', true)`,
    'holds two NFTs by the records',
  ],
  [
    'an NFT that counts as burned and is not',
    'update torture.nft set held = false',
    'supply of its NFT is 1',
  ],
  [
    'a step that went on without its lease',
    `update nft_upgrade.operation set lease = lease + 1;
      update torture.holder set node = 'another';
      update nft_upgrade.operation set seq = seq + 1`,
    'S12: event 8 was written by',
  ],
  [
    'a mint of a node that had lost its lease',
    `update nft_upgrade.operation set lease = lease + 1;
      update torture.holder set node = 'another';
      insert into nft_upgrade.attempt select id, 'mint', 2, '{}' from nft_upgrade.operation`,
    'S12: mint 2 was written by',
  ],
  [
    'a compensation beside the NFT',
    `insert into torture.compensation select 'cmp', id from nft_upgrade.operation`,
    'I3: completed with 1 compensations',
  ],
  [
    'an obligation that nobody settled',
    `insert into nft_upgrade.obligation (operation_id, compensation_id, evidence)
      select id, 'cmp', '{}' from nft_upgrade.operation`,
    'I3: completed with a debt that is open',
  ],
])('finds %s', async (_, fault, expected) => {
  const planted = db.tx(async (sql) => {
    await sql(fault);
    const { violations } = await audit({
      db: { ...db, sql },
      rpcUrl: solana.local.rpcUrl,
      authority: solana.authority.publicKey.toBase58(),
      acknowledged: new Set([claimed]),
      faults: [],
    });
    throw new RangeError(violations.join('\n'));
  });
  await expect(planted).rejects.toThrow(expected);
});

it('finds a second mint', async () => {
  const attempt = await solana.chain.mint.prepare(
    solana.mintRequest((await solana.wallet()).publicKey),
    1,
  );
  await solana.finalized(await solana.sendRaw(Buffer.from(attempt.transaction, 'base64')));
  expect(await found()).toContain(
    `I1: the mint ${attempt.signature} belongs to no completed operation`,
  );
});
