import { expect } from 'vitest';
import { button, type Stage, says, shows } from './fixtures/stage.ts';

/** Started in one, seen in both, signed once. */
export async function twoTabs(stage: Stage): Promise<void> {
  const context = await stage.profile(await stage.holder());
  const confirmed: string[] = [];
  const started: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'PATCH') confirmed.push(request.url());
    if (request.method() === 'POST' && request.url().endsWith('/api/v1/nft/upgrade')) started.push(request.url());
  });
  const [first, second] = [await stage.page(context), await stage.page(context)];
  await button(second, 'Upgrade to Quant Ape').waitFor();
  await first.bringToFront();
  await button(first, 'Upgrade to Quant Ape').click();
  await shows(first, says('awaiting_burn'));
  await shows(second, says('awaiting_burn'));

  await button(first, 'Sign in wallet').click();
  await button(first, 'Approve').waitFor();
  await button(second, 'Sign in wallet').click();
  await second.getByRole('alert').filter({ hasText: 'Another signature request is open.' }).waitFor();
  expect(await second.getByRole('dialog').count()).toBe(0);

  await button(first, 'Approve').click();
  await Promise.all([first, second].map((page) => shows(page, 'Quant Ape is yours')));
  expect({ started: started.length, confirmed: confirmed.length }).toEqual({ started: 1, confirmed: 1 });
  // A tab that is opened afterwards shows the receipt as well.
  const third = await stage.page(context);
  await shows(third, 'Quant Ape is yours');
}

/** Ten badges activated at once: ten streams, one connection. */
export async function tenAtOnce(stage: Stage): Promise<void> {
  const holder = await stage.holder();
  const more = Array.from({ length: 10 }, (_, index) => ({ id: `badge-${index}`, name: `Badge ${index}` }));
  await stage.server.records.trade(holder.id, 500_000, more);
  const context = await stage.profile(holder);
  const page = await stage.page(context);
  const answers: { url: string; protocol: string; connection: number }[] = [];
  const debuggee = await context.newCDPSession(page);
  await debuggee.send('Network.enable');
  debuggee.on('Network.responseReceived', ({ response: { url, protocol, connectionId, mimeType } }) => {
    if (mimeType === 'text/event-stream') answers.push({ url, protocol: protocol ?? '', connection: connectionId });
  });

  stage.faults.hold('records.activateBadge');
  await button(page, 'Activate all').click();
  await expect.poll(() => page.getByText('Activating … 90 %').count(), { timeout: 60_000 }).toBe(10);
  expect(answers).toHaveLength(10);
  expect(new Set(answers.map(({ protocol }) => protocol))).toEqual(new Set(['h2']));
  expect(new Set(answers.map(({ connection }) => connection)).size).toBe(1);
  stage.faults.release('records.activateBadge');
  await expect.poll(() => page.getByText('Activated', { exact: true }).count(), { timeout: 60_000 }).toBe(12);
}
