import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUpgradeClient } from '@aiw3/nft-upgrade';
import { auditServer } from '@aiw3/nft-upgrade/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { http2Fetch } from './demo/http2-fetch.ts';
import { createDemoUser, type DemoUser } from './demo/user.ts';
import { DEV_BADGES } from './dev.ts';
import { type RunningServer, startServer } from './server.ts';

const ORIGIN = 'https://app.example.com';

/**
 * A user who holds a first NFT and has earned the next one: an upgrade of theirs gets as far as the
 * burn.
 */
async function qualifiedUser(
  server: RunningServer,
  fetch: typeof globalThis.fetch,
): Promise<DemoUser> {
  const user = await createDemoUser(server.url, fetch, (address, lamports) =>
    server.cluster.airdrop(address, lamports),
  );
  const client = createUpgradeClient({
    baseUrl: server.url,
    getToken: () => user.token,
    environment: { fetch },
  });
  await client.claim.start({}).done;
  for (const { id } of DEV_BADGES) await client.badgeActivation.start({ badgeId: id }).done;
  client.close();
  return user;
}

describe('the example server, on its local chain, audited', () => {
  let server: RunningServer;
  let users: DemoUser[];
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));

  beforeAll(async () => {
    server = await startServer(readConfig({ PORT: '0', DATA_DIR: folder, CORS_ORIGINS: ORIGIN }));
    const http = http2Fetch(server.ca);
    users = [await qualifiedUser(server, http.fetch), await qualifiedUser(server, http.fetch)];
    await http.close();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.concurrent.each([
    ['HTTP/1.1', false],
    ['HTTP/2', true],
  ])('keeps every rule over TLS and %s', async (http, h2) => {
    const [user, other] = h2 ? users.toReversed() : users;
    const report = await auditServer(server.url, {
      token: user?.token ?? '',
      otherToken: other?.token ?? '',
      origin: ORIGIN,
      h2,
      ca: server.ca,
      budgetMs: 100_000,
      endMs: 500,
    });
    expect(report.findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(report).toMatchObject({ http, failed: 0, warnings: 0, complete: true, ok: true });
    // A burn that was handed out may land until its block height has passed: the operation ends by
    // itself after that.
    expect(report.leftBehind.filter(({ status }) => status !== 'cancelling')).toEqual([]);
  });
});
