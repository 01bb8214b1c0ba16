// @vitest-environment jsdom
import type { OperationOf, upgrade } from '@aiw3/nft-upgrade';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { StrictMode, useRef } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it } from 'vitest';
import { scriptedClient } from './fixtures.ts';
import { UpgradeProvider, useNftUpgrade, useOperation, useUpgradeClient } from './index.ts';

afterEach(cleanup);

const settle = () => act(async () => new Promise((resolve) => setTimeout(resolve, 20)));

function Upgrade() {
  const upgrade = useNftUpgrade();
  const first = useRef(upgrade.start);
  return (
    <div>
      <button type="button" onClick={() => upgrade.start({ targetTierId: 'tier-2' })}>
        start
      </button>
      <output>{upgrade.state?.operation?.status ?? 'none'}</output>
      <span data-testid="asset">{upgrade.state?.operation?.asset ?? ''}</span>
      <span data-testid="actions">{upgrade.actions.join(' ')}</span>
      <span data-testid="running">{String(upgrade.isRunning)}</span>
      <span data-testid="stable">{String(first.current === upgrade.start)}</span>
    </div>
  );
}

const page = (client: ReturnType<typeof scriptedClient>['client']) => (
  <StrictMode>
    <UpgradeProvider client={client}>
      <Upgrade />
    </UpgradeProvider>
  </StrictMode>
);

describe('useNftUpgrade', () => {
  it('C10: starts nothing by mounting, also in StrictMode, and once by two clicks', async () => {
    const { client, calls, send } = scriptedClient();
    render(page(client));
    await settle();
    expect(calls).toEqual([]);
    const button = screen.getByText('start');
    fireEvent.click(button);
    fireEvent.click(button);
    await settle();
    expect(calls.map(({ method }) => method)).toEqual(['POST']);
    send('initializing', 'qualification_verified', 'awaiting_burn');
    await settle();
    expect(screen.getByRole('status').textContent).toBe('awaiting_burn');
    expect(screen.getByTestId('asset').textContent).toBe('safe');
    expect(screen.getByTestId('actions').textContent).toBe('sign cancel');
    expect(screen.getByTestId('running').textContent).toBe('true');
    expect(screen.getByTestId('stable').textContent).toBe('true');
    client.close();
  });

  it('shows the end, and allows another start after it', async () => {
    const { client, calls, send } = scriptedClient();
    render(page(client));
    fireEvent.click(screen.getByText('start'));
    await settle();
    send('initializing', 'qualification_failed');
    await settle();
    expect(screen.getByRole('status').textContent).toBe('qualification_failed');
    expect(screen.getByTestId('running').textContent).toBe('false');
    expect(screen.getByTestId('actions').textContent).toBe('restart');
    fireEvent.click(screen.getByText('start'));
    await settle();
    expect(calls).toHaveLength(2);
    client.close();
  });

  it('leaves the operation running when the component goes', async () => {
    const { client, calls, send } = scriptedClient();
    const { unmount } = render(page(client));
    fireEvent.click(screen.getByText('start'));
    await settle();
    send('initializing');
    unmount();
    send('initializing', 'qualification_verified');
    await settle();
    expect(calls).toHaveLength(1);
    client.close();
  });

  it('renders on a server', () => {
    const { client } = scriptedClient();
    expect(renderToString(page(client))).toContain('none');
  });

  it('says what is missing when there is no provider', () => {
    expect(() => renderToString(<Bare />)).toThrow(/UpgradeProvider/);
  });
});

function Bare() {
  return <>{typeof useUpgradeClient()}</>;
}

describe('useOperation', () => {
  it('renders again only when the selected part changes', async () => {
    const { client, send } = scriptedClient();
    const operation = client.upgrade.start({ targetTierId: 'tier-2' });
    const rendered: unknown[] = [];
    render(<Terminal operation={operation} rendered={rendered} />);
    await settle();
    send('initializing', 'qualification_verified', 'awaiting_burn', 'verifying_burn');
    await settle();
    const before = rendered.length;
    expect(before).toBeGreaterThan(0);
    send('initializing', 'qualification_verified', 'awaiting_burn', 'verifying_burn', 'burn_verified', 'uploading_metadata');
    await settle();
    expect(rendered).toHaveLength(before);
    client.close();
    await operation.done.catch(() => {});
  });
});

function Terminal({ operation, rendered }: { operation: OperationOf<typeof upgrade>; rendered: unknown[] }) {
  const terminal = useOperation(operation, isTerminal);
  rendered.push(terminal);
  return <output>{String(terminal)}</output>;
}

const isTerminal = (state: { operation: { terminal: boolean } | null }) => state.operation?.terminal ?? false;
