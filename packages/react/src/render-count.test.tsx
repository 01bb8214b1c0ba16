// @vitest-environment jsdom
import { createPlace, type OperationState } from '@aiw3/nft-upgrade';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { settle, toBurned, toEnd, toSign } from './fixtures/page.tsx';
import {
  UpgradeProvider,
  useConnection,
  useDescription,
  useLiveProps,
  useNftUpgrade,
  useOperation,
  useProgressProps,
  useStepProps,
  type Watchable,
} from './index.ts';
import { scriptedClient } from './testing/index.ts';

/** What each component rendered, in order. Without StrictMode, which renders twice on purpose. */
const rendered: Record<string, unknown[]> = {};
const log = (name: string, value: unknown) => {
  rendered[name] = [...(rendered[name] ?? []), value];
  return null;
};
beforeEach(() => {
  for (const name of Object.keys(rendered)) delete rendered[name];
});
afterEach(cleanup);

type Props = { operation: Watchable };
const asset = ({ operation }: OperationState) => operation?.asset ?? null;

const Whole = ({ operation }: Props) => log('whole', useOperation(operation)?.operation?.status);
const Asset = ({ operation }: Props) => log('asset', useOperation(operation, asset));
// Selectors that are made anew at each render, and make a new object each time.
const Inline = ({ operation }: Props) =>
  log(
    'inline',
    useOperation(operation, (state) => ({ asset: state.operation?.asset })),
  );
const Listed = ({ operation }: Props) =>
  log(
    'list',
    useOperation(operation, (state) => [state.operation?.terminal, state.id]),
  );
const Connected = ({ operation }: Props) => log('connection', useConnection(operation)?.state);
const Progress = ({ operation }: Props) =>
  log('progress', useProgressProps(operation)['aria-valuenow']);
const Steps = ({ operation }: Props) =>
  log(
    'steps',
    useStepProps(operation)
      .items.map(({ state }) => state[0])
      .join(''),
  );
const Live = ({ operation }: Props) => log('live', useLiveProps(operation).children);
const Words = ({ operation }: Props) => log('words', useDescription(operation).asset);

it('one render for each published change of what is selected, and none otherwise', async () => {
  const { client, reach } = scriptedClient();
  const operation = createPlace(client, 'upgrade', '').start({ targetTierId: 'tier-2' });
  await settle();
  let published = 0;
  operation.subscribe(() => published++);
  render(
    <UpgradeProvider client={client}>
      {[Whole, Asset, Inline, Listed, Connected, Progress, Steps, Live, Words].map((Part) => (
        <Part key={Part.name} operation={operation} />
      ))}
    </UpgradeProvider>,
  );
  const statuses = [...toSign, ...toBurned, ...toEnd];
  for (const status of statuses) {
    reach(status);
    await settle();
  }
  // The end closes the connection as well: one change more, which React may or may not render
  // together with the last status.
  expect(
    rendered.whole?.filter((status, index, all) => index === 0 || status !== all[index - 1]),
  ).toEqual([undefined, ...statuses]);
  expect(rendered.whole?.length).toBeLessThanOrEqual(1 + published);
  const assets = [null, 'safe', 'at_risk', 'burned_owed', 'delivered'];
  expect(rendered.asset).toEqual(assets);
  expect(rendered.inline).toEqual(assets.map((one) => ({ asset: one ?? undefined })));
  expect(rendered.list).toEqual([
    [undefined, 'upg_sample'],
    [false, 'upg_sample'],
    [true, 'upg_sample'],
  ]);
  expect(rendered.connection).toEqual(['live', 'closed']);
  expect(rendered.progress).toEqual([0, 0, 10, 20, 30, 40, 60, 70, 80, 90, 100]);
  expect(rendered.steps).toEqual(['uuuuu', 'cuuuu', 'dcuuu', 'ddcuu', 'dddcu', 'ddddc', 'ddddd']);
  expect(rendered.live).toHaveLength(statuses.length + 1);
  expect(rendered.words).toHaveLength(statuses.length + 1);
  client.close();
});

it('several changes in one chunk are one render', async () => {
  const { client, reach } = scriptedClient();
  const operation = createPlace(client, 'upgrade', '').start({ targetTierId: 'tier-2' });
  await settle();
  render(<Whole operation={operation} />);
  reach(...toSign);
  await settle();
  expect(rendered.whole?.length).toBeLessThanOrEqual(1 + toSign.length);
  expect(rendered.whole?.at(-1)).toBe('awaiting_burn');
  client.close();
});

function Bar({ upgrade }: { upgrade: Watchable }) {
  return log('bar', useProgressProps(upgrade)['aria-valuenow']);
}

const needsUser = ({ operation }: OperationState) => operation?.status === 'awaiting_burn';

function Page() {
  const upgrade = useNftUpgrade({ select: needsUser });
  log('page', [upgrade.state, upgrade.isRunning, upgrade.actions.join(' ')].join(' '));
  return (
    <button type="button" onClick={() => upgrade.start({ targetTierId: 'tier-2' })}>
      <Bar upgrade={upgrade} />
    </button>
  );
}

it('a progress bar does not render the page around it', async () => {
  const { client, reach } = scriptedClient();
  render(
    <UpgradeProvider client={client}>
      <Page />
    </UpgradeProvider>,
  );
  fireEvent.click(screen.getByRole('button'));
  await settle();
  for (const status of [...toSign, ...toBurned, ...toEnd]) {
    reach(status);
    await settle();
  }
  expect(rendered.page).toEqual([
    ' false ',
    'false true ',
    'false true cancel',
    'true true sign cancel',
    'false true ',
    'false false ',
  ]);
  expect(new Set(rendered.bar).size).toBe(10);
  client.close();
});
