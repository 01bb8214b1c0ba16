import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { button, keep, names, type Stage, says, seriousFindings, shows, where } from './fixtures/stage.ts';
import { layWire } from './fixtures/wire.ts';

/** A page on which the upgrade waits for its signature. */
async function upgrading(stage: Stage, options = {}, url = stage.url): Promise<Page> {
  const page = await stage.page(await stage.profile(await stage.holder(), options), url);
  await button(page, 'Upgrade to Quant Ape').click();
  await shows(page, says('awaiting_burn'));
  return page;
}

async function sign(page: Page, label = 'Sign in wallet'): Promise<void> {
  await button(page, label).click();
  await button(page, 'Approve').click();
}

/** Declined in the wallet, then approved. */
export async function declined(stage: Stage): Promise<void> {
  const page = await upgrading(stage);
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

/** The mint fails twice after the burn. */
export async function failingMint(stage: Stage): Promise<void> {
  const page = await upgrading(stage, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'dark' });
  stage.faults.fail('mint.prepare', 'rpc_unavailable', 'rpc_unavailable');
  await sign(page);
  const notice = (attempt: number) =>
    page.getByText(new RegExp(`^${says('mint_failed')}\\. ${where('burned_owed')} Attempt ${attempt} of 8 failed`)).waitFor();
  await notice(1);
  await keep(page, 'trouble, recovering');
  await button(page, 'Try again now').click();
  await notice(2);
  await button(page, 'Try again now').click();
  await shows(page, 'Quant Ape is yours');
  await names(page, where('delivered'));
}

/** A failure that only people can mend. */
export async function debt(stage: Stage): Promise<void> {
  const page = await upgrading(stage);
  stage.faults.fail('mint.prepare', 'mint_key_unknown');
  await sign(page);
  await shows(page, says('needs_attention'));
  await names(page, where('burned_owed'));
  const alert = page.getByRole('alert').filter({ hasText: /Your reference is cmp_\w+\./ });
  await alert.filter({ hasText: where('burned_owed') }).waitFor();
  await alert.getByRole('link', { name: 'Write to support' }).waitFor();
  await keep(page, 'trouble, needs attention');
  expect(await seriousFindings(page)).toEqual([]);
  await page.reload();
  await shows(page, says('needs_attention'));
  await button(page, 'Try again now').click();
  await shows(page, 'Quant Ape is yours');
}

/** Cancelled before the signature. */
export async function cancelled(stage: Stage): Promise<void> {
  const page = await upgrading(stage);
  await button(page, 'Cancel').click();
  await shows(page, says('cancelled'));
  await names(page, where('safe'));
  await keep(page, 'trouble, cancelled');
  await button(page, 'Back').click();
  await button(page, 'Upgrade to Quant Ape').click();
  await sign(page);
  await shows(page, 'Quant Ape is yours');
}

/** The network is gone while the server goes on. */
export async function offline(stage: Stage): Promise<void> {
  const wire = await layWire(stage.url);
  const page = await upgrading(stage, {}, wire.url);
  stage.faults.hold('mint.observe');
  await sign(page);
  await shows(page, says('minting_new_nft'));
  await page.context().setOffline(true);
  wire.cut();
  await page.getByText('You are offline. It goes on at the server.').first().waitFor();
  stage.faults.release('mint.observe');
  const live = () => stage.server.db.sql('select 1 from nft_upgrade.operation where live');
  await expect.poll(async () => (await live()).length, { timeout: 60_000 }).toBe(0);
  await shows(page, says('minting_new_nft'));
  await names(page, where('burned_owed'));
  await keep(page, 'trouble, offline');
  wire.mend();
  await page.context().setOffline(false);
  await shows(page, 'Quant Ape is yours');
  await names(page, where('delivered'));
  await page.context().close();
  wire.close();
  // The browser itself reports each request that found no network.
  expect(stage.complaints.splice(0).filter((complaint) => !complaint.includes('net::ERR_'))).toEqual([]);
}
