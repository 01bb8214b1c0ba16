// Builds this app as it would be deployed, runs it against the example server on a local chain, and
// proves what it shows: the server renders the snapshot, the browser hydrates it without a
// mismatch, and the stream goes on to the end. Exits with 1 when something is untrue.
//
//   npm run next
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  createUpgradeClient,
  type OperationOf,
  type upgrade as upgradeProcess,
  walletSigning,
} from '@aiw3/nft-upgrade';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { launchChromium } from '../../test/browser/fixtures/chromium.ts';
import { find, installCommand } from '../../test/services/programs.ts';
import { readConfig } from '../upgrade-server/src/config.ts';
import { http2Fetch } from '../upgrade-server/src/demo/http2-fetch.ts';
import { createDemoUser } from '../upgrade-server/src/demo/user.ts';
import { DEV_BADGES } from '../upgrade-server/src/dev.ts';
import { startServer } from '../upgrade-server/src/server.ts';
import { freePort } from '../upgrade-server/src/testing/server-process.ts';

const app = import.meta.dirname;
const next = join(
  dirname(createRequire(join(app, 'package.json')).resolve('next/package.json')),
  'dist/bin/next',
);
const folder = mkdtempSync(join(tmpdir(), 'next-example-'));
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_OPTIONS: '' };
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
const failures: string[] = [];

function expect(what: string, holds: boolean, seen?: unknown): void {
  console.log(`${holds ? '✓' : '✗'} ${what}`);
  if (!holds) failures.push(seen === undefined ? what : `${what}; seen: ${JSON.stringify(seen)}`);
}

/** Polls until it holds, at most a minute. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds().catch(() => false)) return expect(what, true);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(what, false);
}

/**
 * On a busy machine the transaction may have expired. The server then hands out a fresh one, which
 * the user signs.
 */
async function signEachTime(upgrade: OperationOf<typeof upgradeProcess>): Promise<void> {
  for await (const { status } of upgrade)
    if (status === 'awaiting_burn') await upgrade.sign().catch(() => undefined);
}

try {
  const built = spawnSync(process.execPath, [next, 'build'], {
    cwd: app,
    env: environment,
    encoding: 'utf8',
  });
  expect('next builds it, with its types checked', built.status === 0);
  if (built.status !== 0) throw new RangeError(`${built.stdout}${built.stderr}`);

  const server = await startServer({ ...readConfig({ DATA_DIR: folder }), PORT: 0 });
  closing.push(() => server.stop());
  const http2 = http2Fetch(server.ca);
  closing.push(() => http2.close());
  writeFileSync(join(folder, 'ca.pem'), server.ca);

  // The user's phone: claims, activates the badges, and starts the upgrade up to the signature.
  const user = await createDemoUser(server.url, http2.fetch, server.cluster.airdrop);
  const phone = createUpgradeClient({
    baseUrl: server.url,
    getToken: () => user.token,
    signing: walletSigning({ wallet: user.wallet, guard: solanaGuard() }),
    environment: { fetch: http2.fetch },
  });
  closing.push(() => phone.close());
  await phone.claim.start({}).done;
  for (const badge of DEV_BADGES) await phone.badgeActivation.start({ badgeId: badge.id }).done;
  const upgrade = phone.upgrade.start({ targetTierId: 'tier-2' });
  await until(
    'the upgrade waits for the signature',
    async () => upgrade.getSnapshot().operation?.status === 'awaiting_burn',
  );

  const port = await freePort();
  const site = spawn(
    process.execPath,
    [next, 'start', '--hostname', '127.0.0.1', '--port', String(port)],
    {
      cwd: app,
      env: { ...environment, API_URL: server.url, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
      stdio: 'ignore',
    },
  );
  closing.push(async () => {
    if (site.exitCode !== null || !site.kill()) return;
    await once(site, 'exit');
  });
  const url = `http://127.0.0.1:${port}/`;
  const load = async () =>
    (await fetch(url, { headers: { cookie: `token=${user.token}` } })).text();
  await until('the site answers', async () => (await fetch(url)).ok);
  const html = await load();
  expect(
    'the server renders where the asset is',
    html.includes('Waiting for your signature. Your NFT is in your wallet.'),
  );
  expect('and how far it is, for screen readers', html.includes('aria-valuenow="20"'));
  expect('the token is in no page', !html.includes(user.token));

  const browser = find('chromium') ? await launchChromium() : null;
  if (browser) {
    closing.push(() => browser.close());
    const context = await browser.newContext();
    await context.addCookies([{ name: 'token', value: user.token, url, httpOnly: true }]);
    const page = await context.newPage();
    const printed: string[] = [];
    page.on(
      'console',
      (message) => ['error', 'warning'].includes(message.type()) && printed.push(message.text()),
    );
    page.on('pageerror', (error) => printed.push(error.message));
    const calls: string[] = [];
    page.on(
      'request',
      (request) =>
        request.url().includes('/api/v1/nft/') &&
        calls.push(`${request.method()} ${new URL(request.url()).pathname}`),
    );
    await page.goto(url);
    const bar = () => page.getByRole('progressbar').getAttribute('aria-valuenow');
    await until('it hydrates and follows the stream', async () => calls.length > 0);
    void signEachTime(upgrade);
    await until('the page comes to the end by itself', async () => (await bar()) === '100');
    const words = await page.getByRole('status').textContent();
    expect(
      'and says that the new NFT is in the wallet',
      words === 'Done. It is in your wallet. Nothing to do.',
      words,
    );
    expect(
      'by reading only',
      calls.every((call) => call === `GET /api/v1/nft/upgrade/${upgrade.id}/events`),
      calls,
    );
    expect('without a mismatch, a warning or an error', printed.length === 0, printed);
  } else {
    console.log(`Left out: the browser. ${installCommand(['chromium'])}`);
    void signEachTime(upgrade);
  }
  expect('the upgrade is complete', (await upgrade.done).status === 'completed');
} catch (thrown) {
  failures.push(thrown instanceof Error ? thrown.message : String(thrown));
} finally {
  for (const close of closing.reverse()) await close();
}
for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);
