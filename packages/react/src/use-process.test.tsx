// @vitest-environment jsdom
import type { UpgradeSnapshot } from '@aiw3/nft-upgrade';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useEffect, useRef, version } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { settle, strict, toBurned, toSign, Upgrade } from './fixtures/page.tsx';
import { useBadgeActivation, useNftClaim, useNftUpgrade, useUpgradeClient } from './index.ts';
import { scriptedClient } from './testing/index.ts';

afterEach(cleanup);

const shown = () => screen.getByRole('status').textContent;
const field = (name: string) => screen.getByTestId(name).textContent;

it('runs under the React that this run is for', () => {
  expect(version.split('.')[0]).toBe(process.env.REACT_MAJOR);
});

describe('useNftUpgrade', () => {
  it('shows the axes, what can be done, and the end; another start may follow', async () => {
    const { client, reach, requests } = scriptedClient();
    render(strict({ client, children: <Upgrade /> }));
    fireEvent.click(screen.getByText('start'));
    await settle();
    reach(...toSign);
    await settle();
    expect([shown(), field('asset'), field('actions'), field('running')]).toEqual([
      'awaiting_burn',
      'safe',
      'sign cancel',
      'true',
    ]);
    reach('cancelled');
    await settle();
    expect([shown(), field('actions'), field('running')]).toEqual([
      'cancelled',
      'restart',
      'false',
    ]);
    fireEvent.click(screen.getByText('start'));
    await settle();
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
    client.close();
  });

  it('keeps its functions between renders', async () => {
    const { client, reach } = scriptedClient();
    kinds.clear();
    render(strict({ client, children: <Watching /> }));
    await settle();
    const before = kinds.size;
    reach(...toSign);
    await settle();
    expect(kinds.size).toBe(before);
    client.close();
  });

  it('says why a command was refused, until the next one', async () => {
    const { client, reach, wallet } = scriptedClient();
    render(strict({ client, children: <Upgrade /> }));
    fireEvent.click(screen.getByText('start'));
    await settle();
    reach('initializing');
    await settle();
    fireEvent.click(screen.getByText('sign'));
    await settle();
    expect(field('refusal')).toBe('burn_not_expected');
    reach('qualification_verified', 'awaiting_burn');
    await settle();
    fireEvent.click(screen.getByText('sign'));
    await settle();
    expect([field('refusal'), field('wallet'), wallet.prompts.length]).toEqual([
      '',
      'prompting',
      1,
    ]);
    client.close();
    wallet.answer();
  });

  it('shows a refused start, and is free again', async () => {
    const { client } = scriptedClient({
      intercept: () =>
        new Response('{}', {
          status: 422,
          headers: { 'content-type': 'application/problem+json', 'nft-protocol': '1' },
        }),
    });
    render(strict({ client, children: <Upgrade /> }));
    fireEvent.click(screen.getByText('start'));
    await settle();
    expect([shown(), field('running')]).toEqual(['none', 'false']);
    client.close();
  });

  it('gives each key its own operation, and components with one key the same', async () => {
    const { client, reach } = scriptedClient({ process: 'badge_activation' });
    const page = [<Badge key="1" id="a" />, <Badge key="2" id="b" />, <Badge key="3" id="a" />];
    render(strict({ client, children: page }));
    fireEvent.click(screen.getAllByText('a none')[0] as HTMLElement);
    await settle();
    reach('initializing');
    await settle();
    expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual([
      'a initializing',
      'b none',
      'a initializing',
    ]);
    client.close();
  });

  it('follows what was given, while nothing else runs', async () => {
    const { client, reach, snapshot, requests } = scriptedClient();
    reach(...toSign);
    const known = snapshot() as UpgradeSnapshot;
    const { rerender } = render(strict({ client, children: <Upgrade attach={null} /> }));
    rerender(strict({ client, children: <Upgrade attach={known} /> }));
    expect(shown()).toBe('awaiting_burn');
    await settle();
    reach(...toBurned);
    await settle();
    expect([shown(), field('asset')]).toEqual(['burn_verified', 'burned_owed']);
    // A newer snapshot of the same operation changes nothing.
    rerender(strict({ client, children: <Upgrade attach={snapshot() as UpgradeSnapshot} /> }));
    await settle();
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
    client.close();
  });

  it('says what is missing when there is no provider', () => {
    expect(() => renderToString(<Bare />)).toThrow(/UpgradeProvider/);
  });

  it('is typed by process and by status', () => {
    const { client } = scriptedClient();
    act(() => void render(strict({ client, children: <Typed /> })));
  });
});

function Bare() {
  return <>{typeof useUpgradeClient()}</>;
}

const kinds = new Set<unknown>();
function Watching() {
  const { start, attach, sign, cancel, retry, detach, subscribe, getSnapshot, getServerSnapshot } =
    useNftUpgrade();
  for (const one of [
    start,
    attach,
    sign,
    cancel,
    retry,
    detach,
    subscribe,
    getSnapshot,
    getServerSnapshot,
  ])
    kinds.add(one);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) start({ targetTierId: 'tier-2' });
    first.current = false;
  }, [start]);
  return null;
}

function Badge({ id }: { id: string }) {
  const { state, start } = useBadgeActivation({ key: id });
  return (
    <button type="button" onClick={() => start({ badgeId: id })}>
      {id} {state?.operation?.status ?? 'none'}
    </button>
  );
}

function Typed() {
  const { state, start } = useNftUpgrade();
  const claim = useNftClaim({ select: ({ operation }) => operation?.progress ?? 0 });
  expectTypeOf(start).parameter(0).toEqualTypeOf<{ targetTierId: string }>();
  expectTypeOf(claim.state).toEqualTypeOf<number | null>();
  if (state?.operation?.status === 'awaiting_burn')
    expectTypeOf(state.operation.now.burnTransaction.owner).toBeString();
  // @ts-expect-error a status that no upgrade has
  expect(state?.operation?.status === 'polished').toBe(false);
  return null;
}
