// @vitest-environment jsdom
import { replayTimeline } from '@aiw3/nft-upgrade';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { settle, strict, toBurned, toSign, Upgrade } from '../fixtures/page.tsx';
import { scriptedClient } from '../testing/index.ts';
import { UpgradeDevtools, watchedTimeline } from './index.ts';

afterEach(cleanup);

async function recorded() {
  const timeline = watchedTimeline();
  const script = scriptedClient({ timeline });
  render(
    strict({
      client: script.client,
      children: [<Upgrade key="page" />, <UpgradeDevtools key="panel" timeline={timeline} open />],
    }),
  );
  fireEvent.click(screen.getByText('start'));
  await settle();
  script.reach(...toSign);
  await settle();
  script.cut();
  await settle();
  return { timeline, ...script };
}

const axes = () => screen.getAllByRole('definition').map((value) => value.textContent);
const lines = () =>
  screen
    .getAllByRole('listitem')
    .map((line) => line.querySelector('summary')?.textContent?.replace(/^\+\d+ ms /, ''));

it('shows the three axes and every line, live', async () => {
  const { client } = await recorded();
  expect(axes().slice(0, 3)).toEqual([
    '#3 awaiting_burn, 20%, asset safe',
    expect.stringMatching(/^state (reconnecting|live), /),
    'nothing yet',
  ]);
  expect(lines()).toEqual(
    expect.arrayContaining([
      'attempt stream start',
      'connection live',
      expect.stringMatching(/^chunk.*#1 initializing/),
    ]),
  );
  fireEvent.click(screen.getByText('NFT upgrade'));
  expect(screen.queryAllByRole('definition')).toEqual([]);
  client.close();
});

it('replays: each step shows the state the client had, and the last one follows', async () => {
  const { client } = await recorded();
  const first = lines().findIndex((line) => line?.includes('#1 initializing'));
  fireEvent.change(screen.getByRole('slider'), { target: { value: String(first) } });
  expect(axes()[0]).toBe('nothing yet');
  fireEvent.change(screen.getByRole('slider'), { target: { value: String(first + 1) } });
  expect(axes()[0]).toMatch(/^#\d /);
  fireEvent.click(screen.getByText('sign'));
  await settle();
  expect(axes()[2]).toBe('nothing yet');
  fireEvent.change(screen.getByRole('slider'), {
    target: { value: screen.getByRole('slider').getAttribute('max') },
  });
  expect(axes()[2]).toMatch(/^state prompting, /);
  client.close();
});

it('exports what replays to the same state, and opens a recording of somebody else', async () => {
  const { client, timeline } = await recorded();
  const href = screen.getByText('Export').getAttribute('href') ?? '';
  const exported = decodeURIComponent(href.slice(href.indexOf(',') + 1));
  expect(exported).toBe(timeline.toNDJSON());
  expect(replayTimeline(exported)[0]?.operation?.status).toBe('awaiting_burn');

  const other = scriptedClient({ timeline: watchedTimeline() });
  client.close();
  const theirs = watchedTimeline();
  const their = scriptedClient({ timeline: theirs });
  their.client.upgrade.start({ targetTierId: 'tier-2' });
  await settle();
  their.reach(...toSign, ...toBurned);
  await settle();
  const open = (text: string) =>
    fireEvent.change(screen.getByLabelText('Open a recording'), {
      target: { files: [new File([text], 'bug.ndjson')] },
    });
  open(theirs.toNDJSON());
  await waitFor(() => expect(axes()[0]).toBe('#5 burn_verified, 40%, asset burned_owed'));
  open('no recording');
  await waitFor(() =>
    expect(screen.getByRole('alert').textContent).toMatch(/^This is no recording/),
  );
  fireEvent.click(screen.getByText('Back to live'));
  expect(axes()[0]).toBe('#3 awaiting_burn, 20%, asset safe');
  their.client.close();
  other.client.close();
});
