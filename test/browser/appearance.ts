import { expect } from 'vitest';
import { chinese, createMessages } from '../../packages/core/src/index.ts';
import type { BrowserEnvironment } from './fixtures/environment.ts';
import { button, keep, seriousFindings } from './fixtures/look.ts';

const messages = createMessages(chinese);

/**
 * A whole upgrade in Chinese; light and dark as chosen, whatever the system says; both choices
 * survive a reload.
 */
export async function inChinese(environment: BrowserEnvironment): Promise<void> {
  const page = await environment.page({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    colorScheme: 'dark',
    locale: 'en-US',
  });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const look = async (name: string) => {
    await keep(page, `chinese, ${name}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(
      true,
    );
  };
  const dark = await background();
  await button(page, 'Light').click();
  const light = await background();
  expect(light).not.toBe(dark);
  await button(page, '中文').click();
  await button(page, '升级到 Quant Ape').waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  await page.reload();
  await button(page, '升级到 Quant Ape').waitFor();
  expect(await background()).toBe(light);
  await look('light');

  const region = page.getByRole('region', { name: '升级到 Quant Ape' });
  const shown = (headline: string) =>
    region.getByRole('heading', { name: headline, exact: true }).waitFor();
  await button(page, '升级到 Quant Ape').click();
  await shown(messages.status('awaiting_burn'));
  await page.getByText(/^从您的钱包中销毁 NFT .*除此之外什么也不做。$/).waitFor();
  await button(page, messages.label('sign')).click();
  await button(page, '拒绝').click();
  const alert = page.getByRole('alert').filter({ hasText: '联系客服' });
  await alert.filter({ hasText: messages.asset('safe') }).waitFor();
  await button(page, '深色').click();
  expect(await background()).toBe(dark);
  await look('dark, declined');
  await button(page, '重新签名').click();
  environment.stay('minting_new_nft');
  await button(page, '批准').click();
  await shown(messages.status('minting_new_nft'));
  await page.getByText(messages.next('minting_new_nft')).first().waitFor();
  await look('dark, minting');
  // Nothing on the page is left in English but names.
  const words = await page.locator('main, footer').allInnerTexts();
  const english = words.join(' ').match(/\b(the|your|is|of|and|failed|wallet)\b/gi);
  expect(english).toBeNull();
  environment.goOn();
  await shown('Quant Ape 已是您的');
  await look('dark, done');
}
