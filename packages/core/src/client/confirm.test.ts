import { expect, test } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import { addresses, recordings, waitingUpgrade } from '../stream/fixtures/recordings.ts';
import { createTestClock } from '../stream/fixtures/test-clock.ts';
import { defaultLimits, defaultTiming } from '../stream/timing.ts';
import { confirmBurn } from './confirm.ts';

const waiting = foldAll(upgrade, waitingUpgrade);
const burned = foldAll(upgrade, recordings.upgrade.slice(0, 7));
const environmentOf = (snapshots: readonly (typeof waiting)[]) => {
  const time = createTestClock();
  let asked = 0;
  const snapshot = () => snapshots[Math.min(asked++, snapshots.length - 1)] ?? null;
  return {
    time,
    context: {
      snapshot,
      awaited: () => true,
      onUnanswered: () => undefined,
      wait: (delayMs: number) =>
        new Promise<void>((resolve) => void time.clock.setTimeout(resolve, delayMs)),
      random: () => 1,
      timing: defaultTiming,
      limits: defaultLimits,
    },
  };
};
const answered = (status: number, more: object = {}) =>
  new NftUpgradeError('internal', { details: { status, ...more } });

test('W5 the burn was found on the chain: that is the answer, not the server’s', async () => {
  for (const error of [new NftUpgradeError('connection_lost'), answered(409)]) {
    const { context } = environmentOf([burned]);
    await expect(confirmBurn(() => Promise.reject(error), context)).resolves.toEqual({
      burnTxSignature: addresses.signature,
    });
  }
});

test('waits longer each time, and as the server asks, until the log shows the burn', async () => {
  const { time, context } = environmentOf([waiting, waiting, waiting, burned]);
  const at: number[] = [];
  const start = time.clock.now();
  const errors = [
    new NftUpgradeError('connection_lost'),
    answered(503, { retryAfterMs: 10_000 }),
    answered(500),
    answered(500),
  ];
  const confirming = confirmBurn(
    () => Promise.reject(errors[at.push(time.clock.now() - start) - 1]),
    context,
  );
  await time.advance(60_000);
  await expect(confirming).resolves.toEqual({ burnTxSignature: addresses.signature });
  expect(at).toEqual([0, 1_000, 13_000, 17_000]);
});

test.each([400, 409, 413, 422])('%i is a judgement, not a reason to repeat', async (status) => {
  const { context } = environmentOf([waiting]);
  let calls = 0;
  const attempt = () => {
    calls++;
    return Promise.reject(answered(status));
  };
  await expect(confirmBurn(attempt, context)).rejects.toMatchObject({ details: { status } });
  expect(calls).toBe(1);
});

test.each([401, 403, 404, 426, 500])('%i says nothing of the bytes: repeated', async (status) => {
  const { time, context } = environmentOf([waiting]);
  const done = { burnTxSignature: addresses.signature };
  const confirming = confirmBurn(
    (before) => (before < 20 ? Promise.reject(answered(status)) : Promise.resolve(done)),
    context,
  );
  await time.advance(1_000_000);
  await expect(confirming).resolves.toEqual(done);
});

test('it is reported once that nobody answers, and goes on', async () => {
  const { time, context } = environmentOf([waiting]);
  const codes: string[] = [];
  const lost = new NftUpgradeError('connection_lost', { details: { status: 403 } });
  let calls = 0;
  void confirmBurn(
    () => {
      calls++;
      return Promise.reject(lost);
    },
    { ...context, onUnanswered: ({ code }) => void codes.push(code) },
  );
  await time.advance(3_600_000);
  expect(codes).toEqual(['connection_lost']);
  expect(calls).toBeGreaterThan(100);
});

test('what cannot arrive any more is not handed over any more', async () => {
  const { context } = environmentOf([waiting]);
  const lost = new NftUpgradeError('connection_lost');
  await expect(
    confirmBurn(() => Promise.reject(lost), { ...context, awaited: () => false }),
  ).rejects.toBe(lost);
});
