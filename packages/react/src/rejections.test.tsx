// @vitest-environment jsdom
import { NftUpgradeError } from '@aiw3/nft-upgrade';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { settle, strict, toSign } from './fixtures/page.tsx';
import { type ProcessHook, useActionProps, useNftUpgrade } from './index.ts';
import { scriptedClient } from './testing/index.ts';

const actions = ['start', 'sign', 'cancel', 'retry'] as const;
type ActionName = (typeof actions)[number];
const wrong = { targetTierId: 7 } as never;

const call = (upgrade: ProcessHook<'upgrade'>, action: ActionName): unknown =>
  action === 'start' ? upgrade.start({ targetTierId: 'tier-2' }) : upgrade[action]();

function Page() {
  const upgrade = useNftUpgrade();
  const props = useActionProps(upgrade);
  return (
    <>
      <button {...props.start(wrong, { children: 'wrong' })} />
      {actions.map((action) => (
        <button
          key={action}
          {...(action === 'start' ? props.start({ targetTierId: 'tier-2' }) : props[action]())}
          aria-label={`props ${action}`}
        />
      ))}
      {actions.map((action) => (
        <button key={action} type="button" onClick={() => void call(upgrade, action)}>
          {`void ${action}`}
        </button>
      ))}
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          onClick={() =>
            upgrade.operation && action !== 'start' && void upgrade.operation[action]()
          }
        >
          {`operation ${action}`}
        </button>
      ))}
      <output>{upgrade.refusal?.code ?? ''}</output>
    </>
  );
}

/** Refused, unreachable, and a wallet that declines. */
const answers: Readonly<Record<string, () => Response>> = {
  refused: () =>
    new Response('{"code":"cancel_refused"}', {
      status: 409,
      headers: { 'content-type': 'application/problem+json', 'nft-protocol': '1' },
    }),
  unreachable: () => {
    throw new TypeError('fetch failed');
  },
};

let unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => process.on('unhandledRejection', note));
afterAll(() => process.off('unhandledRejection', note));
afterEach(() => {
  cleanup();
  unhandled = [];
});

describe.each(Object.entries(answers))('a command that is %s', (_, answer) => {
  it.each(
    ['props', 'void', 'operation'].flatMap((how) =>
      actions.map((action) => [how, action] as const),
    ),
  )('%s %s leaves no unhandled rejection', async (how, action) => {
    let isBroken = action === 'start';
    const { client, reach, wallet } = scriptedClient({
      intercept: ({ method }) => (isBroken && method !== 'GET' ? answer() : undefined),
      timing: { baseDelayMs: 1, maxDelayMs: 1 },
    });
    render(strict({ client, children: <Page /> }));
    if (!isBroken) {
      fireEvent.click(screen.getByText('void start'));
      await settle();
      reach(...toSign);
      await settle();
    }
    isBroken = true;
    fireEvent.click(
      how === 'props'
        ? screen.getByLabelText(`props ${action}`)
        : screen.getByText(`${how} ${action}`),
    );
    await settle();
    wallet.answer({ kind: 'rejected', error: new NftUpgradeError('wallet_rejected') });
    await settle();
    client.close();
    await settle();
    expect(unhandled).toEqual([]);
  });
});

it('a start that cannot be is a refusal, and throws nothing into the page', () => {
  const thrown: unknown[] = [];
  const listen = (event: ErrorEvent) => thrown.push(event.error);
  window.addEventListener('error', listen);
  const { client } = scriptedClient();
  render(strict({ client, children: <Page /> }));
  fireEvent.click(screen.getByText('wrong'));
  expect([screen.getByRole('status').textContent, thrown]).toEqual(['invalid_request', []]);
  window.removeEventListener('error', listen);
  client.close();
});
