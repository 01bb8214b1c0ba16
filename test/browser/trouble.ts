import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { BrowserEnvironment } from './fixtures/environment.ts';
import {
  button,
  headlineOf,
  keep,
  names,
  seriousFindings,
  shows,
  until,
  where,
} from './fixtures/look.ts';
import { layWire } from './fixtures/wire.ts';

/** A page on which the upgrade waits for its signature. */
async function upgrading(
  environment: BrowserEnvironment,
  options = {},
  url = environment.url,
): Promise<Page> {
  const page = await environment.page(options, url);
  await button(page, 'Upgrade to Quant Ape').click();
  await shows(page, headlineOf('awaiting_burn'));
  return page;
}

async function sign(page: Page, label = 'Sign in wallet'): Promise<void> {
  await button(page, label).click();
  await button(page, 'Approve').click();
}

/** Declined in the wallet, then approved. */
export async function declined(environment: BrowserEnvironment): Promise<void> {
  const page = await upgrading(environment);
  await button(page, 'Sign in wallet').click();
  await button(page, 'Decline').click();
  await page
    .getByRole('alert')
    .filter({ hasText: 'The request was declined in the wallet.' })
    .filter({ hasText: where('safe') })
    .waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  await keep(page, 'trouble, declined');
  await sign(page, 'Sign again');
  await shows(page, 'Quant Ape is yours');
}

/**
 * The mint fails twice after the burn. Nobody presses anything: the page says so, and the third
 * attempt succeeds.
 */
export async function failingMint(environment: BrowserEnvironment): Promise<void> {
  const page = await upgrading(environment, {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    colorScheme: 'dark',
  });
  const commands: string[] = [];
  page.on('request', (request) => {
    const asked = /\/api\/v1\/nft\/.*\/([a-z-]+)$/.exec(request.url());
    if (request.method() !== 'GET' && asked) commands.push(asked[1] ?? '');
  });
  environment.fail('mint.prepare', 'rpc_unavailable', 'rpc_unavailable');
  environment.stay('mint_failed');
  await sign(page);
  for (const attempt of [1, 2]) {
    // Both are looked at for as long as it takes; how long they last is the matter of the engine.
    await showsAttempt(page, attempt, 'mint_failed');
    environment.stay('recovering');
    environment.goOn('mint_failed');
    await showsAttempt(page, attempt, 'recovering');
    await keep(page, `trouble, recovering ${attempt}`);
    if (attempt === 1) environment.stay('mint_failed');
    environment.goOn('recovering');
  }
  await shows(page, 'Quant Ape is yours');
  await names(page, where('delivered'));
  expect(commands).toEqual(['confirm-burn']);
}

/** A failed attempt after the burn, as the page shows it. */
async function showsAttempt(
  page: Page,
  attempt: number,
  status: 'mint_failed' | 'recovering',
): Promise<void> {
  await shows(page, headlineOf(status));
  await page
    .getByText(
      new RegExp(
        `^${headlineOf('mint_failed')}\\. ${where('burned_owed')} Attempt ${attempt} of 8 failed`,
      ),
    )
    .waitFor();
}

/** A failure that only people can mend. */
export async function obligation(environment: BrowserEnvironment): Promise<void> {
  const page = await upgrading(environment);
  environment.fail('mint.prepare', 'mint_key_unknown');
  await sign(page);
  await shows(page, headlineOf('needs_attention'));
  await names(page, where('burned_owed'));
  const alert = page.getByRole('alert').filter({ hasText: /Your reference is cmp_\w+\./ });
  await alert.filter({ hasText: where('burned_owed') }).waitFor();
  await alert.getByRole('link', { name: 'Write to support' }).waitFor();
  await keep(page, 'trouble, needs attention');
  expect(await seriousFindings(page)).toEqual([]);
  await page.reload();
  await shows(page, headlineOf('needs_attention'));
  await button(page, 'Try again now').click();
  await shows(page, 'Quant Ape is yours');
}

/** Cancelled before the signature. */
export async function cancelled(environment: BrowserEnvironment): Promise<void> {
  const page = await upgrading(environment);
  await button(page, 'Cancel').click();
  await shows(page, headlineOf('cancelling'));
  await names(page, where('at_risk'));
  environment.outliveBurns();
  await shows(page, headlineOf('cancelled'));
  await names(page, where('safe'));
  await keep(page, 'trouble, cancelled');
  await button(page, 'Back').click();
  await button(page, 'Upgrade to Quant Ape').click();
  await sign(page);
  await shows(page, 'Quant Ape is yours');
}

/** The network is gone while the server goes on. */
export async function offline(environment: BrowserEnvironment): Promise<void> {
  const wire = await layWire(environment.url);
  const page = await upgrading(environment, {}, wire.url);
  environment.stay('minting_new_nft');
  await sign(page);
  await shows(page, headlineOf('minting_new_nft'));
  await page.context().setOffline(true);
  wire.cut();
  await page
    .getByText('You are offline. What the server has begun goes on there.')
    .first()
    .waitFor();
  environment.goOn();
  await until(async () => expect(await environment.running()).toBe(0));
  await shows(page, headlineOf('minting_new_nft'));
  await names(page, where('burned_owed'));
  await keep(page, 'trouble, offline');
  wire.mend();
  await page.context().setOffline(false);
  await shows(page, 'Quant Ape is yours');
  await names(page, where('delivered'));
  await page.close();
  wire.close();
  // The browser itself reports each request that found no network.
  expect(
    environment.complaints.splice(0).filter((complaint) => !complaint.includes('net::ERR_')),
  ).toEqual([]);
}
