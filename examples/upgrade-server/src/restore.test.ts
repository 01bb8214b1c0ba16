import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUpgradeClient, walletSigning } from '@aiw3/nft-upgrade';
import type { Snapshot } from '@aiw3/nft-upgrade/protocol';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { type LiteChain, startChain } from '@aiw3/nft-upgrade-server-kit/testing';
import { Connection, Keypair, PublicKey, VersionedTransaction } from '@solana/web3.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { http2Fetch } from './demo/http2-fetch.ts';
import { createDemoUser, type DemoUser } from './demo/user.ts';
import { DEV_BADGES } from './dev.ts';
import { type RunningServer, startServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'restore-'));
const [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
const authority = Keypair.generate();
let chain: LiteChain;
let running: RunningServer | undefined;

beforeAll(async () => {
  chain = await startChain({ runtime: 'lite', slotMs: 10 });
  await chain.airdrop(authority.publicKey.toBase58(), 10_000_000_000n);
  writeFileSync(join(folder, 'authority.json'), JSON.stringify([...authority.secretKey]));
});
afterAll(async () => {
  await running?.stop();
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
});

const serve = async (): Promise<RunningServer> => {
  running = await startServer(
    readConfig({
      PORT: '0',
      DATA_DIR: data,
      SOLANA_RPC_URL: chain.rpcUrl,
      MINT_AUTHORITY_KEYFILE: join(folder, 'authority.json'),
      AUTH_SECRET: 'only-for-this-test-0123456789abcdef',
      DEV_USERS: 'true',
      WATCH_MS: '50',
    }),
  );
  return running;
};

/** A user with an NFT of the first level and everything that the second asks for. */
async function prepare(server: RunningServer): Promise<DemoUser & { mint: string }> {
  const http2 = http2Fetch(server.ca);
  const user = await createDemoUser(server.url, http2.fetch, (address, lamports) =>
    chain.airdrop(address, lamports),
  );
  const client = createUpgradeClient({
    baseUrl: server.url,
    getToken: () => user.token,
    signing: walletSigning({ wallet: user.wallet, guard: solanaGuard() }),
    environment: { fetch: http2.fetch },
  });
  const claimed = (await client.claim.start({}).done) as Snapshot;
  for (const { id } of DEV_BADGES) await client.badgeActivation.start({ badgeId: id }).done;
  client.close();
  await http2.close();
  return { ...user, mint: String(claimed.facts.mintAddress) };
}

it('S3: with data from before the burn, the sweep finds the burned NFT and delivers', async () => {
  let server = await serve();
  const user = await prepare(server);
  await server.stop();
  cpSync(data, backup, { recursive: true });

  server = await serve();
  const principal = { id: user.id, wallet: user.address };
  const { snapshot } = await server.service.start({
    process: 'upgrade',
    principal,
    input: { targetTierId: 'tier-2' },
    idempotencyKey: null,
  });
  const handedOut = async () => {
    const { now } = await server.service.snapshot({
      process: 'upgrade',
      operationId: snapshot.operationId,
      principal,
    });
    return now.burnTransaction as { transaction: string } | undefined;
  };
  await expect.poll(handedOut, { timeout: 30_000 }).toBeDefined();
  const burn = VersionedTransaction.deserialize(
    Buffer.from((await handedOut())?.transaction ?? '', 'base64'),
  );
  await server.stop();
  burn.sign([Keypair.fromSecretKey(user.secretKey)]);
  const connection = new Connection(chain.rpcUrl, 'finalized');
  await connection.sendRawTransaction(burn.serialize());
  const supply = async (mint: string) =>
    Number((await connection.getTokenSupply(new PublicKey(mint))).value.amount);
  await expect.poll(() => supply(user.mint), { timeout: 30_000 }).toBe(0);

  rmSync(data, { recursive: true });
  renameSync(backup, data);
  server = await serve();
  expect((await server.records.activeNft(user.id))?.mint_address).toBe(user.mint);
  // Nobody asks for it: the sweep comes by itself, within seconds of the start.
  const delivered = async () => (await server.records.activeNft(user.id))?.tier_id;
  await expect.poll(delivered, { timeout: 60_000, interval: 100 }).toBe('tier-2');
  const nft = await server.records.activeNft(user.id);
  expect(await supply(nft?.mint_address ?? '')).toBe(1);
  expect((await server.records.badges(user.id)).map(({ status }) => status)).toEqual(
    DEV_BADGES.map(() => 'consumed'),
  );
  expect(await server.service.reconcile()).toBe(0);
}, 120_000);
