// @vitest-environment jsdom
import { createPlace, type UpgradeSnapshot } from '@aiw3/nft-upgrade';
import { act, cleanup, screen } from '@testing-library/react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import { settle, strict, toBurned, toSign, Upgrade } from './fixtures/page.tsx';
import {
  useDescription,
  useLiveProps,
  useNftUpgrade,
  useProgressProps,
  useStepProps,
} from './index.ts';
import { scriptedClient } from './testing/index.ts';

afterEach(cleanup);

function Page({ snapshot }: { snapshot: UpgradeSnapshot }) {
  const upgrade = useNftUpgrade({ attach: snapshot });
  const { asset } = useDescription(upgrade);
  const steps = useStepProps(upgrade);
  return (
    <main>
      <Upgrade attach={snapshot} />
      <p>{asset}</p>
      <div {...useProgressProps(upgrade)} />
      <div {...useLiveProps(upgrade)} data-testid="live" />
      <ol {...steps.list}>
        {steps.items.map((step) => (
          <li key={step.name} {...step.props}>
            {step.label}
          </li>
        ))}
      </ol>
    </main>
  );
}

it('a server renders the snapshot, asks for nothing and keeps nothing', async () => {
  const { client, reach, snapshot, requests } = scriptedClient();
  reach(...toSign, ...toBurned);
  const html = renderToString(
    strict({ client, children: <Page snapshot={snapshot() as UpgradeSnapshot} /> }),
  );
  expect(html).toContain('burn_verified');
  expect(html).toContain('The old NFT is burned, and the new one is owed to you.');
  expect(html).toContain('aria-valuenow="40"');
  expect(html).toContain('<li aria-current="step" data-state="current">Burn the old NFT</li>');
  await settle();
  expect(requests).toEqual([]);
  // The next user of the same client sees nothing of it.
  expect(renderToString(strict({ client, children: <Upgrade /> }))).toContain('none');
});

it('hydrates what the server rendered without a mismatch, and streams on from there', async () => {
  const server = scriptedClient();
  server.reach(...toSign);
  const snapshot = server.snapshot() as UpgradeSnapshot;
  const page = (client: typeof server.client) =>
    strict({ client, children: <Page snapshot={snapshot} /> });
  const root = document.createElement('div');
  root.innerHTML = renderToString(page(server.client));
  document.body.append(root);

  // By the time the page hydrates, the server is further.
  const browser = scriptedClient();
  browser.reach(...toSign, ...toBurned);
  const recovered: unknown[] = [];
  const errors = vi.spyOn(console, 'error');
  const first = root.querySelector('output');
  const hydrated = await act(async () =>
    hydrateRoot(root, page(browser.client), {
      onRecoverableError: (error) => recovered.push(error),
    }),
  );
  await settle();
  expect(recovered).toEqual([]);
  expect(errors.mock.calls).toEqual([]);
  expect(root.querySelector('output')).toBe(first);
  expect(first?.textContent).toBe('burn_verified');
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
  // From the cursor, by reading only, and once for the two components that were given it.
  expect(browser.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /api/v1/nft/upgrade/upg_sample/events',
  ]);
  act(() => hydrated.unmount());
  root.remove();
  browser.client.close();
});

it('a part that hydrates late, when the operation is further, has no mismatch', async () => {
  const { client, reach, snapshot } = scriptedClient();
  reach(...toSign);
  const known = snapshot() as UpgradeSnapshot;
  const page = strict({ client, children: <Page snapshot={known} /> });
  const root = document.createElement('div');
  root.innerHTML = renderToString(page);
  document.body.append(root);

  createPlace(client, 'upgrade', '').attach(known);
  reach(...toBurned);
  await settle();
  const recovered: unknown[] = [];
  const hydrated = await act(async () =>
    hydrateRoot(root, page, { onRecoverableError: (error) => recovered.push(error) }),
  );
  await settle();
  expect(recovered).toEqual([]);
  expect(root.querySelector('output')?.textContent).toBe('burn_verified');
  act(() => hydrated.unmount());
  root.remove();
  client.close();
});
