// @vitest-environment jsdom
import type { UpgradeSnapshot } from '@aiw3/nft-upgrade';
import { act, cleanup, render, renderHook, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { settle, strict, toSign, Upgrade } from './fixtures/page.tsx';
import { useOpenOperations } from './index.ts';
import { scriptedClient } from './testing/index.ts';

afterEach(cleanup);

function Resuming() {
  const { operations } = useOpenOperations('upgrade');
  return <Upgrade attach={operations?.[0]} />;
}

it('C5: a reloaded page finds and follows what is under way, without a start', async () => {
  const { client, reach, requests } = scriptedClient();
  reach(...toSign);
  render(strict({ client, children: <Resuming /> }));
  await settle();
  expect(screen.getByRole('status').textContent).toBe('awaiting_burn');
  expect(requests.every(({ method }) => method === 'GET')).toBe(true);
  reach('verifying_burn');
  await settle();
  expect(screen.getByRole('status').textContent).toBe('verifying_burn');
  client.close();
});

it('keeps the list when the server does not answer, and asks again when told to', async () => {
  let broken = true;
  const { client, reach, snapshot, requests } = scriptedClient({
    intercept: () => (broken ? new Response('gateway', { status: 502 }) : undefined),
  });
  reach('initializing');
  const known = [snapshot() as UpgradeSnapshot];
  const { result } = renderHook(() => useOpenOperations('upgrade', known), {
    wrapper: ({ children }) => strict({ client, children }),
  });
  await settle();
  expect(requests).toEqual([]);
  act(() => result.current.refresh());
  await settle();
  expect(result.current.error?.retryable).toBe(true);
  expect(result.current.operations).toBe(known);
  broken = false;
  act(() => result.current.refresh());
  await settle();
  expect(result.current).toMatchObject({ error: null, operations: [{ status: 'initializing' }] });
  client.close();
});
