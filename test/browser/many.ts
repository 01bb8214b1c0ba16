import { expect } from 'vitest';
import type { BrowserEnvironment } from './fixtures/environment.ts';
import { button, headlineOf, shows, until } from './fixtures/look.ts';

/** Started in one, seen in both, signed once. */
export async function twoTabs(environment: BrowserEnvironment): Promise<void> {
  const context = await environment.profile();
  const confirmed: string[] = [];
  const started: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'PATCH') confirmed.push(request.url());
    if (request.method() === 'POST' && request.url().endsWith('/api/v1/nft/upgrade'))
      started.push(request.url());
  });
  const [first, second] = [await environment.open(context), await environment.open(context)];
  await button(second, 'Upgrade to Quant Ape').waitFor();
  await first.bringToFront();
  await button(first, 'Upgrade to Quant Ape').click();
  await shows(first, headlineOf('awaiting_burn'));
  await shows(second, headlineOf('awaiting_burn'));

  await button(first, 'Sign in wallet').click();
  await button(first, 'Approve').waitFor();
  await button(second, 'Sign in wallet').click();
  await second
    .getByRole('alert')
    .filter({ hasText: 'Another signature request is open.' })
    .waitFor();
  expect(await second.getByRole('dialog').count()).toBe(0);

  await button(first, 'Approve').click();
  await Promise.all([first, second].map((page) => shows(page, 'Quant Ape is yours')));
  expect({ started: started.length, confirmed: confirmed.length }).toEqual({
    started: 1,
    confirmed: 1,
  });
  // A tab that is opened afterwards shows the receipt as well.
  const third = await environment.open(context);
  await shows(third, 'Quant Ape is yours');
}

/** Ten badges activated at once: ten streams, one connection. */
export async function tenAtOnce(environment: BrowserEnvironment): Promise<void> {
  const more = Array.from({ length: 10 }, (_, index) => ({
    id: `badge-${index}`,
    name: `Badge ${index}`,
  }));
  await environment.earn(500_000, more);
  const context = await environment.profile();
  const page = await environment.open(context);
  const answers: { url: string; protocol: string; connection: number }[] = [];
  const debuggee = await context.newCDPSession(page);
  await debuggee.send('Network.enable');
  debuggee.on(
    'Network.responseReceived',
    ({ response: { url, protocol, connectionId, mimeType } }) => {
      if (mimeType === 'text/event-stream')
        answers.push({ url, protocol: protocol ?? '', connection: connectionId });
    },
  );

  environment.stay('updating_records');
  await button(page, 'Activate all').click();
  await until(async () => expect(await page.getByText('Activating … 90 %').count()).toBe(10));
  expect(answers).toHaveLength(10);
  expect(new Set(answers.map(({ protocol }) => protocol))).toEqual(new Set(['h2']));
  expect(new Set(answers.map(({ connection }) => connection)).size).toBe(1);
  environment.goOn('updating_records');
  await until(async () =>
    expect(await page.getByText('Activated', { exact: true }).count()).toBe(12),
  );
}
