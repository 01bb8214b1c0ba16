// @vitest-environment jsdom
import { NftUpgradeError } from '@aiw3/nft-upgrade';
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, expectTypeOf, it } from 'vitest';
import { settle, strict, toBurned, toEnd, toSign } from './fixtures/page.tsx';
import { type UpgradeState, useNFTUpgradeSSE } from './guide.ts';
import { type ScriptedClientOptions, scriptedClient } from './testing/index.ts';

afterEach(cleanup);

function hook(options?: ScriptedClientOptions) {
  const script = scriptedClient(options);
  const { result } = renderHook(useNFTUpgradeSSE, {
    wrapper: ({ children }) => strict({ client: script.client, children }),
  });
  const start = async () => {
    act(() => void result.current.startUpgrade('tier-2'));
    await settle();
  };
  const reach = async (...statuses: string[]) => {
    script.reach(...statuses);
    await settle();
  };
  return { ...script, result, start, reach, state: () => result.current.upgradeState };
}

it('has the shape of the guide', () => {
  const { result, client } = hook();
  expect(result.current).toEqual({
    upgradeState: {
      status: 'idle',
      progress: 0,
      message: '',
      error: null,
      upgradeId: null,
      data: null,
    },
    isUpgrading: false,
    startUpgrade: expect.any(Function),
    cancelUpgrade: expect.any(Function),
  });
  expectTypeOf<UpgradeState>().toEqualTypeOf<{
    status: string;
    progress: number;
    message: string;
    error: string | null;
    upgradeId: string | null;
    data: Record<string, unknown> | null;
  }>();
  client.close();
});

it('connects, brings up the wallet once, and ends with the new NFT in `data`', async () => {
  const { result, start, reach, state, wallet, client } = hook();
  const functions = [result.current.startUpgrade, result.current.cancelUpgrade];
  await start();
  expect([state().status, result.current.isUpgrading]).toEqual(['connecting', true]);
  await reach(...toSign);
  expect(state()).toMatchObject({ status: 'awaiting_burn', progress: 20, upgradeId: 'upg_sample' });
  expect(state().data?.burnTransaction).toMatchObject({ attempt: 1 });
  expect(wallet.prompts).toHaveLength(1);
  wallet.answer();
  await reach(...toBurned, ...toEnd);
  expect(state()).toMatchObject({
    status: 'completed',
    progress: 100,
    error: null,
    message: 'Done',
  });
  expect(state().data?.newNFT).toMatchObject({
    tierName: 'Quant Ape',
    transactionSignature: expect.any(String),
  });
  expect([result.current.startUpgrade, result.current.cancelUpgrade]).toEqual(functions);
  expect(result.current.isUpgrading).toBe(false);
  client.close();
});

it('a rejection leaves the upgrade waiting; the next start only asks the wallet', async () => {
  const { start, reach, state, wallet, requests, result, client } = hook();
  await start();
  await reach(...toSign);
  wallet.answer({ kind: 'rejected', error: new NftUpgradeError('wallet_rejected') });
  await settle();
  expect(state()).toMatchObject({
    status: 'awaiting_burn',
    error: 'The request was declined in the wallet.',
  });
  expect(result.current.isUpgrading).toBe(true);
  await start();
  expect(wallet.prompts).toHaveLength(2);
  expect(state().error).toBeNull();
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  wallet.answer();
  await reach(...toBurned);
  await start();
  expect(wallet.prompts).toHaveLength(2);
  client.close();
});

it('a failure and a refused start are in `error`, and a cancel goes to the server', async () => {
  const failed = hook();
  await failed.start();
  await failed.reach('initializing', 'qualification_failed');
  expect(failed.state()).toMatchObject({
    status: 'qualification_failed',
    error: 'The provider answered 503.',
  });
  failed.client.close();

  const refused = hook({
    intercept: () =>
      Response.json(
        { code: 'unauthenticated', status: 403 },
        {
          status: 403,
          headers: { 'content-type': 'application/problem+json', 'nft-protocol': '1' },
        },
      ),
  });
  await refused.start();
  expect(refused.state()).toMatchObject({ status: 'error', error: expect.any(String) });
  expect(refused.result.current.isUpgrading).toBe(false);
  refused.client.close();

  const cancelled = hook();
  await cancelled.start();
  await cancelled.reach('initializing');
  act(() => cancelled.result.current.cancelUpgrade());
  await settle();
  expect(cancelled.requests.at(-1)).toMatchObject({
    method: 'POST',
    path: '/api/v1/nft/upgrade/upg_sample/cancel',
  });
  await cancelled.reach('cancelled');
  expect(cancelled.state().status).toBe('cancelled');
  cancelled.client.close();
});
