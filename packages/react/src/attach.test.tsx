// @vitest-environment jsdom
import { NftUpgradeError } from '@aiw3/nft-upgrade';
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it } from 'vitest';
import { settle, strict } from './fixtures/page.tsx';
import {
  type Id,
  ids,
  snapshotOf,
  type TwoOperations,
  twoOperations,
} from './fixtures/two-operations.ts';
import { type ProcessOptions, useNftUpgrade } from './index.ts';
import { scriptedClient } from './testing/index.ts';

type Attach = ProcessOptions<'upgrade'>['attach'];

function Row({ name, attach }: { name: string; attach: Attach }) {
  const upgrade = useNftUpgrade({ attach });
  return (
    <li aria-label={name}>
      <output>{upgrade.state?.operation?.operationId ?? 'none'}</output>
      <button type="button" onClick={() => void upgrade.sign()}>
        sign
      </button>
      <button type="button" onClick={() => void upgrade.cancel()}>
        cancel
      </button>
      <button type="button" onClick={() => void upgrade.start({ targetTierId: 'tier-2' })}>
        start
      </button>
    </li>
  );
}

const row = (name: string) => within(screen.getByRole('listitem', { name }));
const shown = (name: string) => row(name).getByRole('status').textContent;

/** An account whose prompt is open is busy for all clients. */
const close = async (client: TwoOperations['client'], wallet: TwoOperations['wallet']) => {
  wallet.answer({ kind: 'rejected', error: new NftUpgradeError('wallet_rejected') });
  await settle();
  client.close();
};

const given: Readonly<Record<string, (id: Id) => Attach>> = {
  id: (id) => id,
  snapshot: snapshotOf,
};

/** Ways in which a page comes to ask for `upg_b`, after or beside `upg_a`. */
const ways: Readonly<
  Record<string, (client: TwoOperations['client'], attach: (id: Id) => Attach) => Promise<unknown>>
> = {
  'two rows of a list': async (client, attach) =>
    render(
      strict({ client, children: ids.map((id) => <Row key={id} name={id} attach={attach(id)} />) }),
    ),
  'the id changes in one component': async (client, attach) => {
    const { rerender } = render(
      strict({ client, children: <Row name="upg_b" attach={attach('upg_a')} /> }),
    );
    await settle();
    rerender(strict({ client, children: <Row name="upg_b" attach={attach('upg_b')} /> }));
  },
  'another page, mounted afresh': async (client, attach) => {
    const { unmount } = render(
      strict({ client, children: <Row name="upg_a" attach={attach('upg_a')} /> }),
    );
    await settle();
    unmount();
    render(strict({ client, children: <Row name="upg_b" attach={attach('upg_b')} /> }));
  },
  'two rows, hydrated': async (client, attach) => {
    const page = strict({
      client,
      children: ids.map((id) => <Row key={id} name={id} attach={attach(id)} />),
    });
    const root = document.createElement('div');
    root.innerHTML = renderToString(page);
    document.body.append(root);
    hydrated = await act(async () => hydrateRoot(root, page));
  },
};
let hydrated: Root | undefined;
afterEach(() => {
  act(() => hydrated?.unmount());
  hydrated = undefined;
  cleanup();
  document.body.replaceChildren();
});

describe.each(Object.entries(given))('C10: attach by %s', (_, attach) => {
  it.each(Object.entries(ways))('%s: shows, signs and cancels that one', async (_way, open) => {
    const { client, wallet, prompted, requests } = twoOperations();
    await open(client, attach);
    await settle();
    expect(shown('upg_b')).toBe('upg_b');
    fireEvent.click(row('upg_b').getByText('sign'));
    fireEvent.click(row('upg_b').getByText('cancel'));
    await settle();
    expect(prompted()).toEqual(['upg_b']);
    expect(requests.filter((request) => request.startsWith('POST'))).toEqual(['POST upg_b/cancel']);
    await close(client, wallet);
  });
});

it('C10: the server renders each row with its own operation', () => {
  const { client } = twoOperations();
  const rows = ids.map((id) => <Row key={id} name={id} attach={snapshotOf(id)} />);
  const html = renderToString(strict({ client, children: rows }));
  expect(html.match(/(?<=<output>)\w+/g)).toEqual([...ids]);
});

it('C10: nothing to attach any more shows nothing, and the same id again what it was', async () => {
  const { client, requests } = twoOperations();
  const page = (attach: Attach) => strict({ client, children: <Row name="row" attach={attach} /> });
  const { rerender } = render(page('upg_a'));
  await settle();
  rerender(page(null));
  await settle();
  expect(shown('row')).toBe('none');
  rerender(page('upg_a'));
  await settle();
  expect([shown('row'), requests]).toEqual(['upg_a', ['GET upg_a/events']]);
  client.close();
});

it('C10: what the user has started stays when the list of the server comes late', async () => {
  const { client, reach, requests } = scriptedClient();
  const page = (attach: Attach) => strict({ client, children: <Row name="row" attach={attach} /> });
  const { rerender } = render(page(null));
  fireEvent.click(row('row').getByText('start'));
  await settle();
  reach('initializing');
  await settle();
  rerender(page('upg_other'));
  await settle();
  expect(shown('row')).toBe('upg_sample');
  // Another id after that is what the page asks for.
  rerender(page('upg_third'));
  await settle();
  expect(requests.at(-1)?.path).toContain('upg_third/events');
  expect(shown('row')).toBe('none');
  client.close();
});

it('C10: who asks by id for what was started elsewhere joins it, with its prompt', async () => {
  const { client, reach, requests, wallet } = scriptedClient();
  const rows = (attach: Attach) =>
    strict({
      client,
      children: [
        <Row key="started" name="started" attach={null} />,
        ...(attach ? [<Row key="link" name="link" attach={attach} />] : []),
      ],
    });
  const { rerender } = render(rows(null));
  fireEvent.click(row('started').getByText('start'));
  await settle();
  reach('initializing', 'qualification_verified', 'awaiting_burn');
  await settle();
  fireEvent.click(row('started').getByText('sign'));
  rerender(rows('upg_sample'));
  await settle();
  expect(shown('link')).toBe('upg_sample');
  fireEvent.click(row('link').getByText('sign'));
  await settle();
  expect([wallet.prompts.length, requests.length]).toEqual([1, 1]);
  await close(client, wallet);
});
