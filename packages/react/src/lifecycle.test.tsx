// @vitest-environment jsdom
import { createPlace } from '@aiw3/nft-upgrade';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { type ComponentType, lazy, StrictMode, Suspense, startTransition, useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settle, strict, toBurned, toEnd, toSign, Upgrade } from './fixtures/page.tsx';
import { UpgradeProvider } from './index.ts';
import { scriptedClient } from './testing/index.ts';

const errors = vi.spyOn(console, 'error');
beforeEach(() => {
  errors.mockReset();
});
afterEach(() => {
  cleanup();
  expect(errors.mock.calls).toEqual([]);
});

const shown = () => screen.getByRole('status').textContent;
const walletState = () => screen.getByTestId('wallet').textContent;
const posts = ({ requests }: ReturnType<typeof scriptedClient>, end: string) =>
  requests.filter(({ method, path }) => method !== 'GET' && path.endsWith(end));

/** A page at the moment when the wallet asks. */
async function prompting() {
  const script = scriptedClient();
  const page = strict({ client: script.client, children: <Upgrade /> });
  const view = render(page);
  fireEvent.click(screen.getByText('start'));
  await settle();
  script.reach(...toSign);
  await settle();
  fireEvent.click(screen.getByText('sign'));
  await settle();
  expect(walletState()).toBe('prompting');
  return { ...view, script, page };
}

describe('C10', () => {
  it('C10: a mount starts and prompts nothing, also twice; two clicks start once', async () => {
    const script = scriptedClient();
    render(strict({ client: script.client, children: <Upgrade /> }));
    await settle();
    expect([script.requests, script.wallet.prompts]).toEqual([[], []]);
    fireEvent.click(screen.getByText('start'));
    fireEvent.click(screen.getByText('start'));
    await settle();
    expect(script.requests.map(({ method }) => method)).toEqual(['POST']);
    script.client.close();
  });

  it('C10: an unmount in mid-prompt loses nothing: the next component shows the burn', async () => {
    const { unmount, script, page } = await prompting();
    unmount();
    script.wallet.answer();
    await settle();
    expect(posts(script, 'confirm-burn').map(({ body }) => body)).toEqual([
      { signedTransaction: 'c2lnbmVk' },
    ]);
    script.reach(...toBurned);
    await settle();
    render(page);
    expect(shown()).toBe('burn_verified');
    await settle();
    expect([posts(script, '/upgrade').length, script.wallet.prompts.length]).toEqual([1, 1]);
    script.client.close();
  });

  it('C10: a component that comes back while the prompt is open joins it: one prompt', async () => {
    const { unmount, script, page } = await prompting();
    unmount();
    render(page);
    expect([shown(), walletState(), screen.getByTestId('actions').textContent]).toEqual([
      'awaiting_burn',
      'prompting',
      'cancel',
    ]);
    fireEvent.click(screen.getByText('sign'));
    fireEvent.click(screen.getByText('start'));
    await settle();
    expect(screen.getByTestId('refusal').textContent).toBe('sign_in_progress');
    expect([posts(script, '/upgrade').length, script.wallet.prompts.length]).toEqual([1, 1]);
    script.wallet.answer();
    await settle();
    expect(walletState()).toBe('submitted');
    script.client.close();
  });

  it('C10: Suspense in mid-prompt keeps the operation, the prompt and the result', async () => {
    const script = scriptedClient();
    let release = () => {};
    render(strict({ client: script.client, children: <Suspending /> }));
    fireEvent.click(screen.getByText('start'));
    await settle();
    script.reach(...toSign);
    await settle();
    fireEvent.click(screen.getByText('sign'));
    await settle();
    data.Part = lazy(
      () =>
        new Promise<{ default: ComponentType }>((resolve) => {
          release = () => resolve({ default: Nothing });
        }),
    );
    fireEvent.click(screen.getByText('more'));
    expect(screen.getByText('waiting')).toBeTruthy();
    script.wallet.answer();
    script.reach(...toBurned);
    await settle();
    release();
    await settle();
    expect(screen.queryByText('waiting')).toBeNull();
    expect([shown(), walletState()]).toEqual(['burn_verified', 'submitted']);
    expect([
      posts(script, '/upgrade').length,
      posts(script, 'confirm-burn').length,
      script.wallet.prompts.length,
    ]).toEqual([1, 1, 1]);
    script.client.close();
  });

  it('C10: a component that suspends before its first paint starts nothing', async () => {
    const script = scriptedClient();
    script.reach(...toSign);
    const page = (
      <StrictMode>
        <UpgradeProvider client={script.client}>
          <Suspense fallback={<p>waiting</p>}>
            <Upgrade attach="upg_sample" />
            <Never />
          </Suspense>
        </UpgradeProvider>
      </StrictMode>
    );
    const { unmount } = render(page);
    await settle();
    expect(script.requests).toEqual([]);
    unmount();
    script.client.close();
  });

  it('C10: after an unmount no listener is left, so no state can be set', async () => {
    const script = scriptedClient();
    const operation = createPlace(script.client, 'upgrade', '').start({ targetTierId: 'tier-2' });
    const { subscribe } = operation;
    let listeners = 0;
    operation.subscribe = (listener) => {
      listeners++;
      const end = subscribe(listener);
      return () => {
        listeners--;
        end();
      };
    };
    const { unmount } = render(strict({ client: script.client, children: <Upgrade /> }));
    await settle();
    expect(listeners).toBeGreaterThan(0);
    unmount();
    expect(listeners).toBe(0);
    script.reach(...toSign, 'cancelled');
    await settle();
    expect(operation.getSnapshot().operation?.status).toBe('cancelled');
    script.client.close();
  });
});

describe('concurrent rendering', () => {
  it('never shows two components two states, also while a transition renders', async () => {
    const script = scriptedClient();
    const torn: string[] = [];
    render(strict({ client: script.client, children: <Torn /> }));
    fireEvent.click(screen.getAllByText('start')[0] as HTMLElement);
    await settle();
    for (const status of [...toSign, ...toBurned, ...toEnd]) {
      await act(async () => {
        startTransition(() => transition.set((n) => n + 1));
        script.reach(status);
      });
      const [one, other] = screen.getAllByRole('status').map((output) => output.textContent);
      if (one !== other) torn.push(`${one} ${other}`);
    }
    await settle();
    expect(torn).toEqual([]);
    expect(screen.getAllByRole('status').map((output) => output.textContent)).toEqual([
      'completed',
      'completed',
    ]);
    script.client.close();
  });
});

const Nothing = () => null;
const data: { Part: ComponentType } = { Part: Nothing };

function Suspending() {
  const [, again] = useState(0);
  return (
    <Suspense fallback={<p>waiting</p>}>
      <Upgrade />
      <data.Part />
      <button type="button" onClick={() => again((n) => n + 1)}>
        more
      </button>
    </Suspense>
  );
}

const Never = lazy(() => new Promise<never>(() => {}));

const transition: { set: (next: (n: number) => number) => void } = { set: () => {} };

function Torn() {
  const [n, set] = useState(0);
  transition.set = set;
  return (
    <>
      <Upgrade />
      <i>{n}</i>
      <Upgrade />
    </>
  );
}
