import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect } from 'vitest';
import type { BrowserEnvironment } from './fixtures/environment.ts';
import type { Account, Played } from './fixtures/mocked-page.ts';

const steps = ['metadata_uploaded', 'minting_new_nft', 'updating_records', 'completed'];
const burned = [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'verifying_burn',
  'burn_verified',
  'uploading_metadata',
];

/**
 * A page that is served as files and nothing else, on the loopback address, where browsers allow
 * service workers without TLS.
 */
async function servePage() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/mocked-page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['aiw3-source'],
  });
  const script = { type: 'text/javascript' };
  const files: Record<string, { type: string; body: string }> = {
    '/': {
      type: 'text/html',
      body:
        '<!doctype html><link rel="icon" href="data:,"><script type="module" ' +
        'src="/page.js"></script>',
    },
    '/page.js': { ...script, body: outputFiles[0]?.text ?? '' },
    '/mockServiceWorker.js': {
      ...script,
      body: readFileSync(
        createRequire(import.meta.url).resolve('msw/mockServiceWorker.js'),
        'utf8',
      ),
    },
  };
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const file = files[url];
    response
      .writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' })
      .end(file?.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () => server.close(),
  };
}

/**
 * The real client against the handlers of the package, in a real service worker: whole, cut and
 * failing.
 */
export async function mocked(environment: BrowserEnvironment): Promise<void> {
  const served = await servePage();
  try {
    const context = await environment.profile();
    const page = await context.newPage();
    const answered: boolean[] = [];
    page.on('response', (response) => {
      if (new URL(response.url()).pathname.startsWith('/api/'))
        answered.push(response.fromServiceWorker());
    });
    await page.goto(served.url);
    const play = (name: Played): Promise<Account> =>
      page.evaluate(
        (chosen) =>
          (globalThis as unknown as { play(name: string): Promise<Account> }).play(chosen),
        name,
      );

    // The stream ends after the signature that its own event asks for, and nothing was polled: the
    // events came while it was open.
    expect(await play('happy')).toEqual({
      statuses: [...burned, ...steps],
      asset: 'delivered',
      requests: ['start', 'confirm-burn'],
      counters: { posts: 1, polls: 0, duplicates: 0 },
    });
    expect(await play('truncated')).toMatchObject({
      statuses: [...burned, ...steps],
      requests: ['start', expect.stringMatching(/^stream( [12])?$/), 'confirm-burn'],
      counters: { posts: 1, polls: 0, duplicates: 0 },
    });
    expect(await play('needsAttention')).toMatchObject({
      statuses: [
        ...burned,
        'upload_failed',
        'needs_attention',
        'recovering',
        'uploading_metadata',
        ...steps,
      ],
      asset: 'delivered',
      requests: ['start', 'confirm-burn', 'retry'],
      counters: { posts: 1, polls: 0 },
    });
    expect(answered.length).toBeGreaterThanOrEqual(8);
    expect(new Set(answered)).toEqual(new Set([true]));
    expect(served.asked.filter((path) => path.startsWith('/api/'))).toEqual([]);
    await context.close();
  } finally {
    served.close();
  }
}
