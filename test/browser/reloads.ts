import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type UpgradeStatus, upgrade } from '../../packages/core/src/index.ts';
import type { BrowserEnvironment } from './fixtures/environment.ts';
import { ANYBODY } from './fixtures/faults.ts';
import { button, headlineOf, shows } from './fixtures/look.ts';

/** Statuses in which the server does nothing by itself: nothing has to hold them. */
const WAITING = ['awaiting_burn', 'needs_attention'];

/**
 * The same screen after a reload in every status of an upgrade; from each of them it goes on to its
 * end.
 */
export async function everyStatus(environment: BrowserEnvironment): Promise<void> {
  const page = await environment.page();
  const seen = new Set<string>();
  let held = '';

  /** Lets the operation go on to this status, holds it there, and reloads. */
  const reach = async (status: UpgradeStatus, act = async () => {}): Promise<void> => {
    if (!WAITING.includes(status) && !upgrade.statuses[status]?.terminal) environment.stay(status);
    await act();
    if (held) environment.goOn(held);
    held = status;
    const headline = status === 'completed' ? /is yours$/ : headlineOf(status);
    await shows(page, headline);
    const before = await readPanel(page);
    await page.reload();
    await shows(page, headline);
    expect({ status, ...(await readPanel(page)) }).toEqual({ status, ...before });
    seen.add(status);
  };
  const press = (label: string) => async () => await button(page, label).click();
  const begin = press('Upgrade to Quant Ape');
  const sign = async () => {
    await press('Sign in wallet')();
    await press('Approve')();
  };

  // Five ends that leave the NFT where it is; after each, the same user begins again.
  environment.fail('burn.prepare', 'insufficient_sol');
  await reach('qualification_failed', begin);
  await press('Back')();
  environment.fail('burn.locate', 'nft_unsupported');
  await reach('error', begin);
  await press('Back')();
  await reach('awaiting_burn', begin);
  await reach('cancelling', press('Cancel'));
  await reach('cancelled', async () => environment.outliveBurns());
  await press('Back')();
  await begin();
  await shows(page, headlineOf('awaiting_burn'));
  await reach('burn_failed', async () => environment.fail('burn.observe', 'burn_signature_reused'));
  await press('Back')();

  // One that meets every trouble on its way, and arrives.
  await reach('initializing', begin);
  await reach('qualification_verified');
  await reach('awaiting_burn');
  await press('Sign in wallet')();
  await button(page, 'Approve').waitFor();
  // with the prompt open: it dies with the page, and the same operation asks again
  await page.reload();
  await shows(page, headlineOf('awaiting_burn'));
  expect(await page.getByRole('dialog').count()).toBe(0);
  await reach('verifying_burn', sign);
  await reach('burn_verified');
  environment.server.faults.fail('content.put', ANYBODY, 'rpc_unavailable');
  await reach('uploading_metadata');
  await reach('upload_failed');
  await reach('recovering');
  await reach('uploading_metadata');
  await reach('metadata_uploaded');
  environment.fail('mint.prepare', 'mint_key_unknown');
  await reach('minting_new_nft');
  await reach('mint_failed');
  await reach('needs_attention');
  await reach('recovering', press('Try again now'));
  await reach('updating_records');
  await reach('completed');
  await press('Done')();

  // One that is settled in another way. Its user has traded on meanwhile.
  await environment.readyForLevel3();
  await page.reload();
  environment.fail('mint.prepare', 'mint_key_unknown');
  await press('Upgrade to On-chain Hunter')();
  await shows(page, headlineOf('awaiting_burn'));
  await sign();
  await shows(page, headlineOf('needs_attention'));
  await reach('compensated', () => environment.compensate());
  await press('Back')();
  expect([...seen].sort()).toEqual(Object.keys(upgrade.statuses).sort());
}

/** What the page shows of the operation: the place of the asset, the progress, the steps. */
async function readPanel(page: Page) {
  const region = page.getByRole('region', { name: 'Where your NFT is' });
  const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  return {
    asset: await region.locator('p').textContent(),
    progress: await page
      .getByRole('progressbar', { name: 'Progress' })
      .getAttribute('aria-valuenow'),
    steps: await steps.evaluateAll((items) => items.map((item) => item.getAttribute('data-state'))),
  };
}
