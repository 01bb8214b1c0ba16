import { describe, expect, test } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { createMessages } from '../errors/messages.ts';
import { english } from '../errors/messages-en.ts';
import { chinese } from '../errors/messages-zh.ts';
import { foldAll } from '../machine/reduce.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import { badgeActivation, claim, processes, upgrade } from '../processes/index.ts';
import { assets } from '../protocol/asset.ts';
import type { Connection } from '../stream/connection.ts';
import { sampleEvents } from '../testing/samples.ts';
import { availableActions, unfollowed } from './actions.ts';
import { progressAria, stepList } from './aria.ts';
import { describeOperation } from './describe.ts';
import type { OperationState } from './operation.ts';

const en = createMessages();
const zh = createMessages(chinese);
const toSign = ['initializing', 'qualification_verified', 'awaiting_burn'];
const minting = [
  ...toSign,
  'burn_verified',
  'uploading_metadata',
  'metadata_uploaded',
  'minting_new_nft',
];

function stateOf(
  process: AnyProcess,
  statuses: readonly string[],
  patch: Partial<OperationState> = {},
): OperationState {
  const operation = foldAll(process, sampleEvents(process, statuses));
  if (!operation) throw new Error('no snapshot');
  return { ...unfollowed(process.name, operation), ...patch };
}
const wallet = (
  state: OperationState['wallet']['state'],
  error: NftUpgradeError | null = null,
): Partial<OperationState> => ({
  wallet: { state, error, sentence: null, maxFeeLamports: null },
});
const connection = (
  state: OperationState['connection']['state'],
  error: NftUpgradeError | null = null,
): Partial<OperationState> => ({
  connection: { state, error, attempt: 1, reason: null, nextRetryAt: null },
});

describe('an operation in words', () => {
  test('says what happens, where the asset is, and what to do, in both languages', () => {
    const state = stateOf(upgrade, toSign);
    expect(describeOperation(upgrade, state, en)).toMatchObject({
      what: 'Waiting for your signature',
      asset: 'Your NFT is in your wallet.',
      next: 'Read the request, then approve it in your wallet.',
      spoken:
        'Waiting for your signature. Your NFT is in your wallet. Read the request, then ' +
        'approve it in your wallet.',
      problems: [],
    });
    expect(describeOperation(upgrade, state, zh).spoken).toBe(
      '等待您的签名。 您的 NFT 在钱包中。 请阅读请求内容，然后在钱包中批准。',
    );
  });

  test('a refused command is a problem in the page’s language, unless an axis reports it', () => {
    const refusal = new NftUpgradeError('sign_in_progress');
    const state = stateOf(upgrade, toSign);
    expect(describeOperation(upgrade, state, zh, refusal).problems).toMatchObject([
      {
        axis: 'command',
        code: 'sign_in_progress',
        message: chinese.errors.sign_in_progress.message,
        asset: 'safe',
      },
    ]);
    expect(describeOperation(upgrade, state, en, refusal).spoken).toContain(
      'Another signature request is open.',
    );
    const rejected = new NftUpgradeError('wallet_rejected');
    const reported = stateOf(upgrade, toSign, wallet('rejected', rejected));
    expect(
      describeOperation(upgrade, reported, en, rejected).problems.map(({ axis }) => axis),
    ).toEqual(['wallet']);
    expect(describeOperation(upgrade, state, en).problems).toEqual([]);
  });

  test('every status of every process has its words', () => {
    for (const process of Object.values<AnyProcess>(processes))
      for (const status of Object.keys(process.statuses))
        for (const asset of assets) {
          const state = stateOf(process, [process.initial]);
          if (!state.operation) throw new Error('no snapshot');
          const words = describeOperation(
            process,
            { ...state, operation: { ...state.operation, status, asset } },
            en,
          );
          expect(
            [words.what, words.asset, words.next].filter((sentence) => sentence === ''),
          ).toEqual([]);
        }
  });

  test.each([claim, badgeActivation])(
    '$name: asks for no wallet, which it does not need',
    (process) => {
      for (const messages of [en, zh])
        for (const status of Object.keys(process.statuses)) {
          const state = stateOf(process, [process.initial]);
          if (!state.operation) throw new Error('no snapshot');
          const operation = { ...state.operation, status };
          const { next } = describeOperation(process, { ...state, operation }, messages);
          expect([status, next]).toEqual([status, expect.not.stringMatching(/wallet|钱包/)]);
        }
    },
  );

  test('claims nothing about an NFT where none is involved', () => {
    for (const process of [claim, badgeActivation])
      expect(describeOperation(process, stateOf(process, ['initializing']), en).asset).toBe(
        'Nothing of yours is at risk.',
      );
  });

  test('W5: a rejection is shown while the burn is open, no more once the chain shows it', () => {
    const rejected = wallet('rejected', new NftUpgradeError('wallet_rejected'));
    expect(
      describeOperation(upgrade, stateOf(upgrade, toSign, rejected), en).problems,
    ).toMatchObject([
      { axis: 'wallet', code: 'wallet_rejected', asset: 'safe', operationId: 'upg_sample' },
    ]);
    expect(describeOperation(upgrade, stateOf(upgrade, minting, rejected), en)).toMatchObject({
      problems: [],
      asset: 'The old NFT is burned, and the new one is owed to you.',
    });
  });

  test('a failure of the operation carries the words of its code, and what to do', () => {
    const failed = describeOperation(upgrade, stateOf(upgrade, [...minting, 'mint_failed']), zh);
    expect(failed.problems).toMatchObject([
      { axis: 'operation', code: 'mint_failed_on_chain', message: '铸造交易在链上失败。' },
    ]);
    const stuck = describeOperation(
      upgrade,
      stateOf(upgrade, [...minting, 'mint_failed', 'needs_attention']),
      en,
    );
    expect(stuck.problems[0]?.hint).toBe(
      'Nothing is lost. Keep the operation number for the support team.',
    );
  });

  test('B4: a burn that has to be signed again says why, and that the NFT is safe', () => {
    const state = stateOf(upgrade, toSign);
    if (!state.operation) throw new Error('no snapshot');
    const now = { ...state.operation.now, code: 'burn_transaction_failed' };
    const words = describeOperation(
      upgrade,
      { ...state, operation: { ...state.operation, now } },
      en,
    );
    expect(words.problems).toMatchObject([
      { axis: 'operation', code: 'burn_transaction_failed', asset: 'safe' },
    ]);
    expect(words.spoken).toContain(words.problems[0]?.message);
    const unknown = describeOperation(
      upgrade,
      { ...state, operation: { ...state.operation, now: { ...now, code: 'gremlins' } } },
      en,
    );
    expect(unknown.problems).toEqual([]);
  });

  test('a code of a newer server is told in its own words', () => {
    const state = stateOf(upgrade, [...minting, 'mint_failed']);
    if (!state.operation) throw new Error('no snapshot');
    const operation = {
      ...state.operation,
      now: { code: 'gremlins', error: 'Gremlins in the mint.', userMessage: 'Feed them.' },
    };
    expect(describeOperation(upgrade, { ...state, operation }, en).problems[0]).toMatchObject({
      code: 'gremlins',
      message: 'Gremlins in the mint.',
    });
  });

  test('the connection is a problem only when the client has stopped trying', () => {
    const lost = new NftUpgradeError('connection_lost');
    expect(
      describeOperation(upgrade, stateOf(upgrade, minting, connection('reconnecting', lost)), en),
    ).toMatchObject({
      what: 'Minting the new NFT',
      problems: [],
      connection: 'No connection; trying again. What the server has begun goes on there.',
    });
    const gaveUp = connection('gave_up', new NftUpgradeError('connection_gave_up'));
    expect(
      describeOperation(upgrade, stateOf(upgrade, minting, gaveUp), en).problems,
    ).toMatchObject([{ axis: 'connection' }]);
    expect(
      describeOperation(upgrade, stateOf(upgrade, [...toSign, 'cancelled'], gaveUp), en).problems,
    ).toEqual([]);
  });

  // A start that never left has begun nothing, and a page is read for more reasons than one.
  const unknown =
    /^(?!.*(What it|What the server) has begun).*goes on|was lost|network|操作在|网络/i;
  const connections = Object.keys(english.connections) as Connection['state'][];
  test.each(connections)('%s: asserts nothing about an operation that nobody knows', (state) => {
    const words = [en, zh].map((messages) =>
      describeOperation(
        upgrade,
        { ...unfollowed<Snapshot>('upgrade', 'upg_1'), ...connection(state) },
        messages,
      ),
    );
    for (const { asset, spoken } of words) {
      expect(asset).toBe('');
      expect(spoken).not.toMatch(unknown);
    }
  });

  test('while the wallet asks, what to do next is there', () => {
    expect(describeOperation(upgrade, stateOf(upgrade, toSign, wallet('prompting')), en).next).toBe(
      'Approve or decline the request in your wallet.',
    );
  });

  test('says how long it usually takes, where the server has measured it', () => {
    const state = stateOf(upgrade, minting);
    if (!state.operation) throw new Error('no snapshot');
    const facts = {
      ...state.operation.facts,
      usualMs: { minting_new_nft: 15_000, updating_records: 1_000 },
    };
    const { usual } = describeOperation(
      upgrade,
      { ...state, operation: { ...state.operation, facts } },
      en,
    );
    expect(usual).toEqual({
      step: 'This step usually takes about 15 seconds.',
      left: 'Usually about 16 seconds left.',
    });
  });

  test('has nothing to say about nothing', () => {
    expect(describeOperation(upgrade, null, en).spoken).toBe('');
    expect(describeOperation(null, null, en).problems).toEqual([]);
  });
});

test('what can be done follows from all three axes', () => {
  expect(availableActions(upgrade, null)).toEqual([]);
  expect(availableActions(upgrade, stateOf(upgrade, toSign))).toEqual(['sign', 'cancel']);
  expect(availableActions(upgrade, stateOf(upgrade, toSign, wallet('prompting')))).toEqual([
    'cancel',
  ]);
  expect(availableActions(upgrade, stateOf(upgrade, toSign, connection('gave_up')))).toEqual([
    'retry',
  ]);
  expect(availableActions(upgrade, stateOf(upgrade, toSign, connection('closed')))).toEqual([]);
  expect(
    availableActions(upgrade, stateOf(upgrade, [...toSign, 'cancelled'], connection('closed'))),
  ).toEqual(['restart']);
});

test('a progress bar and a list of steps for screen readers', () => {
  const state = stateOf(upgrade, toSign);
  expect(progressAria(upgrade, state, en)).toMatchObject({
    'aria-valuenow': 20,
    'aria-valuetext': '20% – Waiting for your signature',
  });
  expect(progressAria(upgrade, null, en)).toMatchObject({
    'aria-valuenow': 0,
    'aria-valuetext': '0%',
  });
  const { list, items } = stepList(upgrade, state, en);
  expect(list).toEqual({ 'aria-label': 'Steps' });
  expect(items.map(({ props }) => props['aria-current'])).toEqual([
    undefined,
    'step',
    undefined,
    undefined,
    undefined,
  ]);
  expect(items.map(({ label, stateLabel }) => `${label}: ${stateLabel}`).slice(0, 2)).toEqual([
    'Requirements: done',
    'Burn the old NFT: now',
  ]);
});
