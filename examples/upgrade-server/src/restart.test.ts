import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUpgradeClient, walletSigning } from '@aiw3/nft-upgrade';
import type { Snapshot } from '@aiw3/nft-upgrade/protocol';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import {
  closeDatabases,
  type LocalChain,
  startChain,
  testDatabaseUrl,
} from '@aiw3/nft-upgrade-server-kit/testing';
import { unpackMint } from '@solana/spl-token';
import { Connection, Keypair, PublicKey } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http2Fetch } from './demo/http2-fetch.ts';
import { createDemoUser } from './demo/user.ts';
import { DEV_BADGES } from './dev.ts';
import { freePort, type ServerProcess, serving, spawnProgram } from './testing/server-process.ts';
import { localCertificate } from './tls.ts';

let chain: LocalChain;
const folder = mkdtempSync(join(tmpdir(), 'restart-'));
const keyFile = join(folder, 'authority.json');
const authority = Keypair.generate();

beforeAll(async () => {
  // Surfpool 1.5.0 was seen to stop answering for good after a client of it was killed in the
  // middle of a request.
  chain = await startChain({ runtime: 'lite', slotMs: 20 });
  await chain.airdrop(authority.publicKey.toBase58(), 10_000_000_000n);
  writeFileSync(keyFile, JSON.stringify([...authority.secretKey]));
});
afterAll(async () => {
  await chain.stop();
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { flavour: 'PGlite on disk', database: async () => ({}) },
  { flavour: 'Postgres', database: async () => ({ DATABASE_URL: await testDatabaseUrl() }) },
])('the server on $flavour', ({ flavour, database }) => {
  const servers: ServerProcess[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.kill9())));

  it('S4, I1: killed after burn_verified and started again, it delivers one new NFT', async () => {
    const port = await freePort();
    const { cert, key } = await localCertificate();
    const [certFile, tlsKeyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(certFile, cert);
    writeFileSync(tlsKeyFile, key);
    const environment = {
      ...(await database()),
      PORT: String(port),
      DATA_DIR: join(folder, flavour.replaceAll(' ', '-')),
      SOLANA_RPC_URL: chain.rpcUrl,
      MINT_AUTHORITY_KEYFILE: keyFile,
      AUTH_SECRET: 'only-for-this-test-0123456789abcdef',
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: tlsKeyFile,
      DEV_USERS: 'true',
      WATCH_MS: '100',
    };
    const start = async () => {
      const server = spawnProgram('main.ts', environment);
      servers.push(server);
      await serving(server);
      return server;
    };
    const connection = new Connection(chain.rpcUrl, 'finalized');
    const earlier = new Set(
      (await connection.getSignaturesForAddress(authority.publicKey)).map(
        ({ signature }) => signature,
      ),
    );
    const first = await start();

    const http2 = http2Fetch(cert);
    const baseUrl = `https://localhost:${port}`;
    const user = await createDemoUser(baseUrl, http2.fetch, chain.airdrop);
    const client = createUpgradeClient({
      baseUrl,
      getToken: () => user.token,
      signing: walletSigning({ wallet: user.wallet, guard: solanaGuard() }),
      environment: { fetch: http2.fetch },
    });
    const claimed = (await client.claim.start({}).done) as Snapshot;
    expect(claimed.status).toBe('completed');
    for (const { id } of DEV_BADGES)
      expect((await client.badgeActivation.start({ badgeId: id }).done).status).toBe('completed');

    const operation = client.upgrade.start({ targetTierId: 'tier-2' });
    let killedAt = 0;
    const seen: string[] = [];
    for await (const event of operation) {
      seen.push(event.status);
      if (event.status === 'awaiting_burn') await operation.sign();
      if (event.status === 'burn_verified') {
        await first.kill9();
        killedAt = event.seq;
        await start();
      }
    }
    const done = (await operation.done) as Snapshot;
    expect(killedAt).toBeGreaterThan(0);
    expect(done).toMatchObject({ status: 'completed', asset: 'delivered' });
    expect(seen.filter((status) => status === 'burn_verified')).toHaveLength(1);
    expect(operation.counters.posts).toBe(1);

    const supply = async (address: unknown) => {
      const mint = new PublicKey(String(address));
      const account = await connection.getAccountInfo(mint);
      return account ? unpackMint(mint, account, account.owner).supply : 0n;
    };
    expect(await supply(claimed.facts.mintAddress)).toBe(0n);
    expect(await supply(done.facts.mintAddress)).toBe(1n);
    // Everything the authority has ever landed: the mint of the claimed NFT and that of the
    // upgraded one, each once.
    const landed = (await connection.getSignaturesForAddress(authority.publicKey)).filter(
      ({ signature }) => !earlier.has(signature),
    );
    const succeeded = landed.filter(({ err }) => err === null).map(({ signature }) => signature);
    expect(succeeded).toHaveLength(2);
    expect(new Set(succeeded)).toEqual(
      new Set([claimed.facts.transactionSignature, done.facts.transactionSignature]),
    );
    client.close();
    await http2.close();
  });
});

describe('the data folder', () => {
  it('is refused to a second process, with the pid of the holder and the way out', async () => {
    const environment = { PORT: '0', DATA_DIR: join(folder, 'shared') };
    const holder = spawnProgram('main.ts', environment);
    await serving(holder);
    const second = spawnProgram('main.ts', environment);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(String(holder.child.pid));
    expect(second.output()).toContain('DATABASE_URL');
    await holder.kill9();
  });

  it('a malformed setting stops the server at once with a sentence', async () => {
    const server = spawnProgram('main.ts', { DATABASE_URL: 'mysql://x' });
    expect(await server.exited).toBe(2);
    expect(server.output()).toBe(
      'DATABASE_URL has to be an address that begins with postgres:// or postgresql://.',
    );
  });
});
