import { describe, expect, test } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { addresses } from '../stream/fixtures/recordings.ts';
import { problem } from '../stream/fixtures/scripted-server.ts';
import { allowing, SIGNED, signed, waiting } from './fixtures/signing-environment.ts';
import type { Guard } from './guard.ts';
import type { WalletOutcome } from './wallet.ts';

describe('what the wallet reports', () => {
  test.each<[string, WalletOutcome, string, string]>([
    [
      'W3 declined',
      { kind: 'rejected', error: new NftUpgradeError('wallet_rejected') },
      'wallet_rejected',
      'rejected',
    ],
    [
      'W4 locked',
      { kind: 'not_prompted', error: new NftUpgradeError('wallet_locked') },
      'wallet_locked',
      'rejected',
    ],
    [
      'unclear',
      { kind: 'unknown', error: new NftUpgradeError('wallet_failed') },
      'wallet_failed',
      'unknown',
    ],
  ])(
    '%s: the wallet axis tells, the operation is as it was, signing again is possible',
    async (_, outcome, code, state) => {
      const environment = await waiting({
        answer: (_request, prompt) => (prompt === 1 ? outcome : signed),
      });
      const before = environment.operation.getSnapshot().operation;
      await expect(environment.operation.sign()).rejects.toMatchObject({
        code,
        operationId: 'upg_1',
        asset: 'safe',
      });
      expect(environment.walletState()).toMatchObject({ state, error: { code } });
      expect(environment.operation.getSnapshot().operation).toBe(before);
      expect(environment.patches()).toHaveLength(0);
      await environment.operation.sign();
      expect(environment.prompts).toHaveLength(2);
    },
  );

  test('a wallet that throws, and one that answers nonsense, are unknown', async () => {
    const throwing = await waiting({ answer: () => Promise.reject(new TypeError('broken')) });
    await expect(throwing.operation.sign()).rejects.toMatchObject({ code: 'wallet_failed' });
    expect(throwing.walletState().state).toBe('unknown');
    const nonsense = await waiting({ answer: () => ({ kind: 'submitted', signature: 'ok!' }) });
    await expect(nonsense.operation.sign()).rejects.toMatchObject({ code: 'wallet_failed' });
    expect(nonsense.patches()).toHaveLength(0);
  });

  test('W7 what comes back changed goes no further', async () => {
    const findings = [{ rule: 'not_allowed', message: 'It approves a delegate.' }];
    const guard: Guard = {
      inspect: (transaction, expected, stage) =>
        stage === 'before'
          ? allowing.inspect(transaction, expected, stage)
          : { safe: false, findings },
    };
    const environment = await waiting({ guard });
    await expect(environment.operation.sign()).rejects.toMatchObject({
      code: 'modified_beyond_policy',
      details: { findings },
    });
    expect(environment.patches()).toHaveLength(0);
  });

  test('W6 no answer: unknown, free to try again; the server gets a late signature', async () => {
    let answerLate: (outcome: WalletOutcome) => void = () => undefined;
    const late = new Promise<WalletOutcome>((resolve) => {
      answerLate = resolve;
    });
    const environment = await waiting({ answer: () => late, timing: { promptMs: 60_000 } });
    const signing = environment.operation.sign();
    signing.catch(() => undefined);
    await environment.time.advance(60_000);
    await expect(signing).rejects.toMatchObject({ code: 'wallet_timeout' });
    expect(environment.walletState()).toMatchObject({
      state: 'unknown',
      error: { code: 'wallet_timeout' },
    });
    expect(environment.prompts[0]?.signal.aborted).toBe(true);
    answerLate(signed);
    await environment.time.settle();
    expect(environment.patches()).toEqual([{ signedTransaction: SIGNED }]);
    expect(environment.walletState().state).toBe('submitted');
  });

  test('C10 unmounted in mid-prompt: no second prompt, and the result is not lost', async () => {
    let answerLate: (outcome: WalletOutcome) => void = () => undefined;
    const late = new Promise<WalletOutcome>((resolve) => {
      answerLate = resolve;
    });
    const environment = await waiting({ answer: () => late });
    const signing = environment.operation.sign();
    await environment.time.settle();
    environment.operation.detach();
    const remounted = environment.client.process('upgrade').attach('upg_1');
    await environment.time.settle();
    await expect(remounted.sign()).rejects.toMatchObject({ code: 'sign_in_progress' });
    answerLate(signed);
    await expect(signing).resolves.toEqual({ burnTxSignature: addresses.signature });
    expect(environment.prompts).toHaveLength(1);
    expect(environment.patches()).toHaveLength(1);
    remounted.detach();
  });

  /** A prompt that the test answers. */
  const asked = async (options: { promptMs?: number } = {}) => {
    let answer: (outcome: WalletOutcome) => void = () => undefined;
    const outcome = new Promise<WalletOutcome>((resolve) => {
      answer = resolve;
    });
    const environment = await waiting({
      answer: (_request, prompt) => (prompt === 1 ? outcome : signed),
      timing: { promptMs: 60_000, ...options },
    });
    const again = () => environment.client.process('upgrade').attach('upg_1');
    return { environment, answer: (given: WalletOutcome) => answer(given), again };
  };

  test('C10 detached in mid-prompt: the next prompt comes after the wallet’s answer', async () => {
    const { environment, answer, again } = await asked();
    const signing = environment.operation.sign();
    signing.catch(() => undefined);
    await environment.time.settle();
    environment.operation.detach();
    const next = again();
    await environment.time.settle();
    await expect(next.sign()).rejects.toMatchObject({ code: 'sign_in_progress' });
    answer({ kind: 'rejected', error: new NftUpgradeError('wallet_rejected') });
    await signing.catch(() => undefined);
    await environment.time.settle();
    await next.sign();
    expect(environment.prompts).toHaveLength(2);
    next.detach();
  });

  test('C10 detached in mid-prompt, and the wallet never answers: free again in time', async () => {
    const { environment, again } = await asked({ promptMs: 60_000 });
    const signing = environment.operation.sign();
    signing.catch(() => undefined);
    await environment.time.settle();
    environment.operation.detach();
    const next = again();
    await environment.time.advance(59_000);
    await expect(next.sign()).rejects.toMatchObject({ code: 'sign_in_progress' });
    await environment.time.advance(1_000);
    await next.sign();
    expect(environment.prompts).toHaveLength(2);
    next.detach();
  });

  test('C10 aborted in mid-prompt: ends at once, no second prompt, no result is lost', async () => {
    const { environment, answer } = await asked();
    const controller = new AbortController();
    const signing = environment.operation.sign({ signal: controller.signal });
    await environment.time.settle();
    controller.abort();
    await expect(signing).rejects.toMatchObject({ code: 'aborted' });
    expect(environment.walletState()).toMatchObject({
      state: 'unknown',
      error: { code: 'aborted' },
    });
    expect(environment.prompts[0]?.signal.aborted).toBe(true);
    await expect(environment.operation.sign()).rejects.toMatchObject({ code: 'sign_in_progress' });
    answer(signed);
    await environment.time.settle();
    expect(environment.patches()).toHaveLength(1);
    expect(environment.walletState()).toMatchObject({ state: 'submitted', error: null });
    expect(environment.prompts).toHaveLength(1);
  });

  test('N1 sign() waits while nobody answers, and says so; the next sign() joins it', async () => {
    let down = true;
    const environment = await waiting({
      confirm: () => (down ? { lost: true } : undefined),
      limits: { confirmAttempts: 2 },
    });
    const signing = environment.operation.sign();
    await environment.time.advance(60_000);
    expect(environment.walletState()).toMatchObject({
      state: 'unknown',
      error: { code: 'connection_lost' },
    });
    down = false;
    const again = environment.operation.sign();
    await environment.time.advance(60_000);
    await expect(signing).resolves.toEqual({ burnTxSignature: addresses.signature });
    await expect(again).resolves.toEqual({ burnTxSignature: addresses.signature });
    expect(environment.prompts).toHaveLength(1);
    expect(environment.walletState().state).toBe('submitted');
  });

  test('a refusal of the server ends it with the reason, and the next sign() prompts', async () => {
    const environment = await waiting({
      confirm: (_, times) => (times === 0 ? problem(422, 'wrong_account') : undefined),
    });
    await expect(environment.operation.sign()).rejects.toMatchObject({ code: 'wrong_account' });
    expect(environment.walletState()).toMatchObject({
      state: 'rejected',
      error: { code: 'wrong_account' },
    });
    await environment.operation.sign();
    expect(environment.prompts).toHaveLength(2);
  });
});
