import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { button, keep, names, type Stage, says, seriousFindings, shows, where } from './fixtures/stage.ts';

/** From nothing to level 2 with the keyboard alone, looked at by axe at every step. */
export async function journey(stage: Stage, name: string, options: BrowserContextOptions): Promise<void> {
  const { faults } = stage;
  const page = await stage.page(await stage.profile(null, options));
  const press = async (label: string | RegExp) => {
    await button(page, label).focus();
    await page.keyboard.press('Enter');
  };
  const look = async (what: string) => {
    await keep(page, `${name}, ${what}`);
    expect(await seriousFindings(page)).toEqual([]);
    const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
    expect(scroll).toBeLessThanOrEqual(width);
  };

  await button(page, /test wallet/).waitFor();
  await look('1 welcome');
  await press(/test wallet/);
  await press('Claim Tech Chicken');
  await shows(page, 'Tech Chicken is yours');
  await look('2 claimed');
  await press('Done');
  await press('Activate all');
  await page.getByText('Activated', { exact: true }).nth(1).waitFor();
  await look('3 ready');

  await press('Upgrade to Quant Ape');
  await shows(page, says('awaiting_burn'));
  // The button that was pressed is gone: the keyboard goes on where it is told about.
  expect(await page.evaluate(() => document.activeElement?.textContent)).not.toBe('');
  await names(page, where('safe'));
  await page.getByText(/^Burns NFT .* from your wallet, .* nothing else\.$/).waitFor();
  await look('4 what is signed');
  await press('Sign in wallet');
  await page.getByRole('dialog', { name: 'Test wallet' }).waitFor();
  await look('5 wallet');
  faults.hold('mint.observe');
  await press('Approve');
  await shows(page, says('minting_new_nft'));
  await names(page, where('burned_owed'));
  await look('6 minting');
  faults.release('mint.observe');
  await shows(page, 'Quant Ape is yours');
  await names(page, where('delivered'));
  for (const row of ['New NFT', 'Mint transaction', 'Burned NFT', 'Burn transaction', 'Metadata', 'Receipt', 'Verified', 'Took'])
    await page.getByRole('term').filter({ hasText: row }).first().waitFor();
  await expect.poll(() => page.getByText('Used', { exact: true }).count()).toBe(2);
  await page.getByText(/^signed by .*, and the chain agrees$/).waitFor();
  await look('7 done');
  const metadata = await page
    .getByRole('link', { name: /, the metadata$/ })
    .first()
    .getAttribute('href');
  expect(metadata).toMatch(/^\/ipfs\/baf/);
  await press('Done');
  await page.getByRole('heading', { name: 'On-chain Hunter' }).waitFor();
  await look('8 after');

  const protocols = await page.evaluate(() => [
    ...new Set(performance.getEntriesByType('resource').map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol)),
  ]);
  expect(protocols).toEqual(['h2']);
}

/** The same screen after a reload, in every status that lasts. */
export async function reloads(stage: Stage): Promise<void> {
  const { faults } = stage;
  const page = await stage.page(await stage.profile(await stage.holder()));
  const seen: string[] = [];
  const reload = async (headline: string) => {
    await shows(page, headline);
    const before = await told(page);
    await page.reload();
    await shows(page, headline);
    expect(await told(page)).toEqual(before);
    seen.push(headline);
  };

  faults.hold('burn.prepare');
  await button(page, 'Upgrade to Quant Ape').click();
  await reload(says('initializing'));
  // Asked for twice: tried out with the qualification, then for the wallet.
  await expect.poll(() => faults.waiting('burn.prepare'), { timeout: 60_000 }).toBe(1);
  faults.letThrough('burn.prepare');
  await reload(says('qualification_verified'));
  faults.release('burn.prepare');
  await reload(says('awaiting_burn'));

  await button(page, 'Sign in wallet').click();
  await button(page, 'Approve').waitFor();
  await page.reload(); // with the prompt open: it dies with the page, and the same operation asks again
  await shows(page, says('awaiting_burn'));
  expect(await page.getByRole('dialog').count()).toBe(0);
  faults.hold('burn.observe');
  await button(page, 'Sign in wallet').click();
  await button(page, 'Approve').click();
  await reload(says('verifying_burn'));

  faults.hold('content.put');
  faults.release('burn.observe');
  await reload(says('uploading_metadata'));
  faults.hold('mint.observe');
  faults.release('content.put');
  await reload(says('minting_new_nft'));
  faults.hold('records.deliver');
  faults.release('mint.observe');
  await reload(says('updating_records'));
  faults.release('records.deliver');
  await reload('Quant Ape is yours');
  // Passed in one tick each, with what follows: after a reload the timeline still knows them.
  for (const passed of ['burn_verified', 'metadata_uploaded'] as const)
    await page.getByRole('list', { name: 'Steps' }).getByText(says(passed)).waitFor();
  expect(seen).toHaveLength(8);
}

/** What the page says of the operation: the place of the asset, the progress, the steps. */
async function told(page: Page): Promise<unknown> {
  const region = page.getByRole('region', { name: 'Where your NFT is' });
  const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  return {
    asset: await region.locator('p').textContent(),
    progress: await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow'),
    steps: await steps.evaluateAll((items) => items.map((item) => item.getAttribute('data-state'))),
  };
}
