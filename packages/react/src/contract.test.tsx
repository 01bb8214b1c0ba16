// @vitest-environment jsdom
import { createUpgradeClient } from '@aiw3/nft-upgrade';
import { createMockServer, mockSigning, scenarios } from '@aiw3/nft-upgrade/testing';
import { upgradeHandlers } from '@aiw3/nft-upgrade/testing/msw';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { setupServer } from 'msw/node';
import { StrictMode } from 'react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UpgradeProvider, useNftUpgrade } from './index.ts';

const baseUrl = 'https://api.example.com';
let mock = createMockServer({ scenarios: [scenarios.upgrade.happy] });
const server = setupServer();

beforeAll(() => server.listen());
afterEach(() => {
  cleanup();
  mock.reset();
  server.resetHandlers();
});
afterAll(() => server.close());

function Upgrade() {
  const { state, actions, start, sign } = useNftUpgrade();
  return (
    <>
      <button type="button" onClick={() => start({ targetTierId: 'tier-2' })}>
        start
      </button>
      {actions.includes('sign') && (
        <button type="button" onClick={() => void sign().catch(() => undefined)}>
          sign
        </button>
      )}
      <output>
        {state?.operation ? `${state.operation.status} ${state.operation.asset}` : 'none'}
      </output>
    </>
  );
}

function show(
  name: 'happy' | 'notQualified' | 'duplicate' | 'reorder' | 'truncated',
  ...answers: ('approve' | 'reject')[]
) {
  mock = createMockServer({ scenarios: [scenarios.upgrade[name]], timing: { retryMs: 1 } });
  server.use(...upgradeHandlers(mock, baseUrl));
  const client = createUpgradeClient({ baseUrl, ...mockSigning(...answers) });
  render(
    <StrictMode>
      <UpgradeProvider client={client}>
        <Upgrade />
      </UpgradeProvider>
    </StrictMode>,
  );
  fireEvent.click(screen.getByText('start'));
  return client;
}

const shows = (text: string) =>
  waitFor(() => expect(screen.getByRole('status').textContent).toBe(text), { timeout: 20_000 });

describe('the hooks against the contract, in a page with mocked service', () => {
  it.each(['happy', 'duplicate', 'reorder', 'truncated'] as const)(
    '%s: from the start to the new NFT',
    async (name) => {
      const client = show(name);
      fireEvent.click(await screen.findByText('sign', {}, { timeout: 20_000 }));
      await shows('completed delivered');
      expect(mock.operations).toHaveLength(1);
      client.close();
    },
  );

  it('shows a refusal, and where the asset is', async () => {
    const client = show('notQualified');
    await shows('qualification_failed safe');
    client.close();
  });

  it('W3: a declined prompt leaves the NFT safe, and can be repeated', async () => {
    const client = show('happy', 'reject');
    fireEvent.click(await screen.findByText('sign', {}, { timeout: 20_000 }));
    await shows('awaiting_burn safe');
    fireEvent.click(await screen.findByText('sign', {}, { timeout: 20_000 }));
    await waitFor(
      () => {
        const again = screen.queryByText('sign');
        if (again) fireEvent.click(again);
        expect(screen.getByRole('status').textContent).toBe('completed delivered');
      },
      { timeout: 20_000 },
    );
    client.close();
  });
});
