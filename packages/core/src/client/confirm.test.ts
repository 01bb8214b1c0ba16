import { expect, test } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import { addresses, recordings, waitingUpgrade } from '../stream/fixtures/recordings.ts';
import { createTestClock } from '../stream/fixtures/test-clock.ts';
import { createPause } from '../stream/pause.ts';
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
      pause: createPause(time.clock),
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

test.each([400, 401, 404, 409, 422])('%i is an answer, not a reason to repeat', async (status) => {
  const { context } = environmentOf([waiting]);
  let calls = 0;
  const attempt = () => {
    calls++;
    return Promise.reject(answered(status));
  };
  await expect(confirmBurn(attempt, context)).rejects.toMatchObject({ details: { status } });
  expect(calls).toBe(1);
});
