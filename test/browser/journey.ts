import type { BrowserContextOptions } from 'playwright-core';
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

/** From nothing to level 2 with the keyboard alone, looked at by axe at every step. */
export async function journey(
  environment: BrowserEnvironment,
  name: string,
  options: BrowserContextOptions,
): Promise<void> {
  const page = await environment.page(options);
  const press = async (label: string | RegExp) => {
    await button(page, label).focus();
    await page.keyboard.press('Enter');
  };
  const look = async (what: string) => {
    await keep(page, `${name}, ${what}`, 'device');
    expect(await seriousFindings(page)).toEqual([]);
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: innerWidth,
    }));
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
  await shows(page, headlineOf('awaiting_burn'));
  // The button that was pressed is gone: the keyboard goes on where it is told about.
  expect(await page.evaluate(() => document.activeElement?.textContent)).not.toBe('');
  await names(page, where('safe'));
  await page.getByText(/^Burns NFT .* from your wallet, .* nothing else\.$/).waitFor();
  await look('4 what is signed');
  await press('Sign in wallet');
  await page.getByRole('dialog', { name: 'Test wallet' }).waitFor();
  await look('5 wallet');
  environment.stay('minting_new_nft');
  await press('Approve');
  await shows(page, headlineOf('minting_new_nft'));
  await names(page, where('burned_owed'));
  await look('6 minting');
  environment.goOn('minting_new_nft');
  await shows(page, 'Quant Ape is yours');
  await names(page, where('delivered'));
  for (const row of [
    'New NFT',
    'Mint transaction',
    'Burned NFT',
    'Burn transaction',
    'Metadata',
    'Receipt',
    'Verified',
    'Took',
  ])
    await page.getByRole('term').filter({ hasText: row }).first().waitFor();
  await until(async () => expect(await page.getByText('Used', { exact: true }).count()).toBe(2));
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
    ...new Set(
      performance
        .getEntriesByType('resource')
        .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol),
    ),
  ]);
  expect(protocols).toEqual(['h2']);
}
