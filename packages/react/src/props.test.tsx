// @vitest-environment jsdom
import { chinese, createMessages, NftUpgradeError, type Problem } from '@aiw3/nft-upgrade';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { settle, strict, toBurned, toSign } from './fixtures/page.tsx';
import {
  useActionProps,
  useDescription,
  useLiveProps,
  useNftUpgrade,
  useProgressProps,
  useStepProps,
} from './index.ts';
import { scriptedClient } from './testing/index.ts';

afterEach(cleanup);

const clicked = vi.fn();

function Page() {
  const upgrade = useNftUpgrade();
  const action = useActionProps(upgrade);
  const bar = useProgressProps(upgrade);
  const live = useLiveProps(upgrade);
  const steps = useStepProps(upgrade);
  const { problems, next, connection } = useDescription(upgrade);
  return (
    <main>
      <button
        {...action.start({ targetTierId: 'tier-2' }, { className: 'big', onClick: clicked })}
      />
      <button {...action.sign()} />
      <button
        {...action.cancel({ onClick: (event) => event.preventDefault(), children: 'Stop' })}
      />
      <button {...action.retry()} />
      <div {...bar} />
      <div {...live} />
      <ol {...steps.list}>
        {steps.items.map((step) => (
          <li key={step.name} {...step.props}>
            {step.label} ({step.stateLabel})
          </li>
        ))}
      </ol>
      <p data-testid="next">{next}</p>
      <p data-testid="connection">{connection}</p>
      {problems.map((problem) => (
        <div key={problem.axis} role="alert">
          {problem.message} {problem.hint} {problem.support}
        </div>
      ))}
    </main>
  );
}

const button = (name: string) => screen.getByRole('button', { name });
const canBeUsed = (name: string) => button(name).getAttribute('aria-disabled') === 'false';

it('buttons: texts, what can be done now, the click handler of the page', async () => {
  const { client, reach, requests, wallet } = scriptedClient();
  render(strict({ client, children: <Page /> }));
  expect([
    canBeUsed('Upgrade'),
    canBeUsed('Sign in wallet'),
    canBeUsed('Stop'),
    canBeUsed('Try again now'),
  ]).toEqual([true, false, false, false]);
  expect(button('Upgrade')).toMatchObject({ className: 'big', type: 'button', disabled: false });
  fireEvent.click(button('Sign in wallet'));
  fireEvent.click(button('Upgrade'));
  expect(clicked).toHaveBeenCalledOnce();
  await settle();
  reach(...toSign);
  await settle();
  expect([canBeUsed('Upgrade'), canBeUsed('Sign in wallet'), canBeUsed('Stop')]).toEqual([
    false,
    true,
    true,
  ]);
  fireEvent.click(button('Upgrade'));
  fireEvent.click(button('Stop'));
  fireEvent.click(button('Sign in wallet'));
  await settle();
  expect(requests).toHaveLength(1);
  expect(wallet.prompts).toHaveLength(1);
  expect(canBeUsed('Sign in wallet')).toBe(false);
  expect(screen.getByTestId('next').textContent).toBe(
    'Approve or decline the request in your wallet.',
  );
  wallet.answer();
  reach(...toBurned);
  await settle();
  expect(canBeUsed('Stop')).toBe(false);
  client.close();
});

it('a progress bar, a polite region from the start, and a list of steps', async () => {
  const { client, reach } = scriptedClient();
  render(strict({ client, children: <Page /> }));
  const region = screen.getByRole('status');
  expect([region.textContent, region.getAttribute('aria-live')]).toEqual(['', 'polite']);
  fireEvent.click(button('Upgrade'));
  await settle();
  reach(...toSign, ...toBurned);
  await settle();
  expect(screen.getByRole('status')).toBe(region);
  expect(region.textContent).toBe(
    'The old NFT is burned; the new one is on its way. The old NFT is burned, and the new one ' +
      'is owed to you. Nothing to do; you may close this page.',
  );
  const bar = screen.getByRole('progressbar', { name: 'Progress' });
  expect(
    ['min', 'max', 'now', 'text'].map((part) => bar.getAttribute(`aria-value${part}`)),
  ).toEqual(['0', '100', '40', '40% – The old NFT is burned; the new one is on its way']);
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'Requirements (done)',
    'Burn the old NFT (now)',
    'Metadata (to come)',
    'Mint the new NFT (to come)',
    'Records (to come)',
  ]);
  expect(screen.getByText('Burn the old NFT (now)').getAttribute('aria-current')).toBe('step');
  client.close();
});

it('speaks Chinese, and has the official channel beside every problem', async () => {
  const { client, reach, wallet } = scriptedClient();
  const support = ({ operationId, code }: Problem) => (
    <a href={`https://support.example/${operationId}`}>{code}</a>
  );
  render(strict({ client, messages: createMessages(chinese), support, children: <Page /> }));
  fireEvent.click(button('升级'));
  await settle();
  reach(...toSign);
  await settle();
  fireEvent.click(button('在钱包中签名'));
  await settle();
  wallet.answer({ kind: 'rejected', error: new NftUpgradeError('wallet_rejected') });
  await settle();
  expect(screen.getByRole('alert').textContent).toBe(
    '请求在钱包中被拒绝。 准备好后请重新签名。 wallet_rejected',
  );
  expect(screen.getByRole('link').getAttribute('href')).toBe('https://support.example/upg_sample');
  expect(screen.getByRole('status').textContent).toContain('您的 NFT 在钱包中。');
  client.close();
});

function Hasty() {
  const upgrade = useNftUpgrade();
  return (
    <>
      <button type="button" onClick={() => void upgrade.start({ targetTierId: 'tier-2' })}>
        start
      </button>
      <button type="button" onClick={() => void upgrade.sign().catch(() => {})}>
        sign
      </button>
      {useDescription(upgrade).problems.map(({ axis, message, support }) => (
        <p key={axis} role="alert">
          {axis} {message} {support}
        </p>
      ))}
    </>
  );
}

it('has it beside a refused command as well, until the next one', async () => {
  const { client, reach, wallet } = scriptedClient();
  render(
    strict({ client, messages: createMessages(chinese), support: '客服', children: <Hasty /> }),
  );
  fireEvent.click(button('start'));
  await settle();
  reach('initializing');
  await settle();
  fireEvent.click(button('sign'));
  await settle();
  expect(screen.getByRole('alert').textContent).toBe(
    `command ${chinese.errors?.burn_not_expected?.message} 客服`,
  );
  reach('qualification_verified', 'awaiting_burn');
  await settle();
  fireEvent.click(button('sign'));
  await settle();
  expect([screen.queryByRole('alert'), wallet.prompts.length]).toEqual([null, 1]);
  wallet.answer();
  await settle();
  client.close();
});
