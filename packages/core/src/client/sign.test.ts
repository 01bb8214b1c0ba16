import { describe, expect, test } from 'vitest';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import {
  addresses,
  awaitingBurn,
  record,
  recordings,
  waitingUpgrade,
} from '../stream/fixtures/recordings.ts';
import { allowing, SIGNED, signed, waiting } from './fixtures/signing-environment.ts';
import type { Guard } from './guard.ts';
import { walletSigning } from './sign.ts';
import type { WalletOutcome } from './wallet.ts';

const waitingSnapshot = foldAll(upgrade, waitingUpgrade);

describe('the way to a signature', () => {
  test('guard, prompt, guard, server; every step is shown', async () => {
    const stages: string[] = [];
    const guard: Guard = {
      inspect(transaction, expected, stage) {
        stages.push(`${stage} ${transaction}`);
        expect(expected).toEqual({
          operationId: 'upg_1',
          mint: addresses.mint,
          owner: addresses.owner,
        });
        return allowing.inspect(transaction, expected, stage);
      },
    };
    const environment = await waiting({ guard });
    const states: string[] = [];
    environment.operation.subscribe(() => states.push(environment.walletState().state));
    await expect(environment.operation.sign()).resolves.toEqual({
      burnTxSignature: addresses.signature,
    });
    expect(stages).toEqual(['before AQIDBAUG', `after ${SIGNED}`]);
    expect(environment.prompts).toMatchObject([
      { transaction: 'AQIDBAUG', version: 'legacy', owner: addresses.owner },
    ]);
    expect(environment.patches()).toEqual([{ signedTransaction: SIGNED }]);
    expect(environment.walletState()).toMatchObject({ state: 'submitted', error: null });
    expect(states).toContain('submitting');
    // The watchdog of the stream, and nothing of the prompt.
    expect(environment.time.pending).toBe(1);
  });

  test('the sentence and the fee of the guard are there while the wallet asks', async () => {
    const environment = await waiting({ answer: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const signing = environment.operation.sign({ signal: controller.signal });
    await environment.time.settle();
    expect(environment.walletState()).toEqual({
      state: 'prompting',
      error: null,
      sentence: 'Burns one NFT.',
      maxFeeLamports: '5000',
    });
    expect(() => JSON.stringify(environment.operation.getSnapshot())).not.toThrow();
    controller.abort();
    await expect(signing).rejects.toMatchObject({ code: 'aborted' });
    expect(environment.walletState()).toMatchObject({ state: 'unknown' });
    // A prompt that nobody answers is over when its time is: the account is free for the next test.
    await environment.time.advance(180_000);
    expect(environment.walletState()).toMatchObject({
      state: 'unknown',
      error: { code: 'wallet_timeout' },
    });
  });

  test('W9 a wallet that sends by itself: the signature goes to the server', async () => {
    const environment = await waiting({
      answer: () => ({ kind: 'submitted', signature: addresses.signature }),
    });
    await environment.operation.sign();
    expect(environment.patches()).toEqual([{ burnTxSignature: addresses.signature }]);
  });

  test('a renewed transaction is signed next, also before the log shows it', async () => {
    const [, payload] = awaitingBurn(2, 'BwgJCgsM');
    const environment = await waiting({
      server: {
        commands: {
          'burn-transaction': () => ({
            json: { burnTransaction: payload.burnTransaction, operation: waitingSnapshot },
          }),
          'confirm-burn': () => ({
            json: {
              success: true,
              message: 'ok',
              burnTxSignature: addresses.signature,
              operation: waitingSnapshot,
            },
          }),
        },
      },
    });
    await expect(environment.operation.renewBurn()).resolves.toMatchObject({ attempt: 2 });
    await environment.operation.sign();
    expect(environment.prompts).toMatchObject([{ transaction: 'BwgJCgsM' }]);
  });
});

describe('nothing reaches the wallet', () => {
  const nothing = async (environment: Awaited<ReturnType<typeof waiting>>, code: string) => {
    const before = environment.operation.getSnapshot().operation;
    await expect(environment.operation.sign()).rejects.toMatchObject({
      code,
      operationId: 'upg_1',
      asset: before?.asset,
    });
    expect(environment.prompts).toHaveLength(0);
    expect(environment.patches()).toHaveLength(0);
    expect(environment.operation.getSnapshot().operation).toBe(before);
    expect(environment.operation.getSnapshot().connection.state).toBe('live');
  };

  test('W1 what the guard refuses, with its findings; the operation is unharmed', async () => {
    const findings = [
      { rule: 'not_allowed', message: 'It also transfers another token.', instruction: 2 },
    ];
    const environment = await waiting({ guard: { inspect: () => ({ safe: false, findings }) } });
    await nothing(environment, 'unsafe_transaction');
    expect(environment.walletState()).toMatchObject({
      state: 'rejected',
      error: { code: 'unsafe_transaction', details: { findings } },
    });
  });

  test('a guard that throws refuses', async () => {
    const guard = {
      inspect: () => {
        throw new RangeError('out of range');
      },
    };
    await nothing(await waiting({ guard }), 'unsafe_transaction');
  });

  test('without a guard: there is no such signing', () => {
    const wallet = { publicKey: () => null, sign: () => Promise.reject(new Error('asked')) };
    for (const guard of [undefined, null, {}] as never[]) {
      expect(() => walletSigning({ wallet, guard })).toThrow(
        expect.objectContaining({ code: 'guard_missing' }),
      );
    }
  });

  test('of a client that only watches', async () => {
    await nothing(await waiting({ signing: undefined as never }), 'wallet_not_connected');
  });

  test('W7 with another account, or none', async () => {
    await nothing(await waiting({ account: addresses.newMint }), 'wrong_account');
    await nothing(await waiting({ account: null }), 'wallet_not_connected');
  });

  test('in any other status', async () => {
    const environment = await waiting({ server: { log: recordings.upgrade.slice(0, 4) } });
    await nothing(environment, 'burn_not_expected');
  });

  test('C11 under a newer version of the process', async () => {
    const newer = record(upgrade, 'upg_1', [
      ['initializing', { version: upgrade.version + 1, input: {} }],
      ['qualification_verified', qualified],
      awaitingBurn(),
    ]);
    await nothing(await waiting({ server: { log: newer } }), 'protocol_unsupported');
  });

  const qualified = {
    currentNFT: { mintAddress: addresses.mint, tierId: 'a', tierName: 'A' },
    targetTier: { tierId: 'b', tierName: 'B' },
  };
});

describe('C2 one prompt at a time', () => {
  test('in a page', async () => {
    const environment = await waiting({
      answer: () => new Promise<WalletOutcome>((resolve) => setImmediate(() => resolve(signed))),
    });
    const [first, second] = await Promise.allSettled([
      environment.operation.sign(),
      environment.operation.sign(),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'sign_in_progress' } });
    expect(environment.prompts).toHaveLength(1);
    expect(environment.walletState().state).toBe('submitted');
  });

  test('across tabs, by Web Locks', async () => {
    const taken = await waiting({
      environment: { locks: { request: async (_name, _options, callback) => callback(null) } },
    });
    await expect(taken.operation.sign()).rejects.toMatchObject({ code: 'sign_in_progress' });
    expect(taken.prompts).toHaveLength(0);
    const names: string[] = [];
    const locks = {
      request: <T>(
        name: string,
        _options: unknown,
        callback: (lock: unknown) => Promise<T>,
      ): Promise<T> => {
        names.push(name);
        return callback({});
      },
    };
    const free = await waiting({ environment: { locks } });
    await free.operation.sign();
    expect(names).toEqual([`aiw3-nft-upgrade:sign:${addresses.owner}`]);
  });

  test('where locks are refused, the page is all there is', async () => {
    const environment = await waiting({
      environment: {
        locks: { request: () => Promise.reject(new DOMException('no', 'SecurityError')) },
      },
    });
    await environment.operation.sign();
    expect(environment.prompts).toHaveLength(1);
  });
});
