import { expect } from 'vitest';
import type { Operation } from '../../../packages/core/src/index.ts';
import { CODE } from './answers.ts';
import type { VerdictEnvironment } from './environment.ts';

/** How long the fault lasts, and within what all is well after it. Milliseconds. */
export const FAULT_MS = 60_000;
const CONVERGED_MS = 30_000;
const STREAMING_MS = 300_000;

const stateOf = (operation: Operation) => operation.getSnapshot().connection.state;
const settled = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: { code?: unknown }) => error.code,
  );

/** Nothing is over while it lasts, and all is well soon after it, with nobody's help. */
export async function expectHealing(
  environment: VerdictEnvironment,
  operation: Operation,
  streams: boolean,
): Promise<void> {
  const { time } = environment;
  expect(stateOf(operation)).not.toBe('closed');
  environment.mend();
  const length = environment.advanceLog();
  await time.advance(CONVERGED_MS);
  expect(operation.getSnapshot().operation?.seq, 'what the page knows').toBe(length);
  if (length < environment.last && streams) {
    await time.advance(STREAMING_MS - CONVERGED_MS);
    expect(stateOf(operation)).toBe('live');
  }
  environment.finish();
  await time.advance(CONVERGED_MS);
  await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
  expect(new Set(environment.keys).size).toBeLessThanOrEqual(1);
}

/** The start is over with the server's reason, and the next one is another start. */
export async function expectRefusal(
  environment: VerdictEnvironment,
  operation: Operation,
): Promise<void> {
  expect(stateOf(operation)).toBe('closed');
  expect(await settled(operation.done)).toBe(CODE);
  environment.mend();
  environment.start();
  await environment.time.settle();
  expect(environment.keys.at(-1)).not.toBe(environment.keys[0]);
}

/** What was signed comes to the server, with the one prompt that there was. */
export async function expectArrival(
  environment: VerdictEnvironment,
  signing: Promise<unknown>,
): Promise<void> {
  const before = environment.counts.confirm;
  expect(before).toBeGreaterThan(1);
  environment.mend();
  await environment.time.advance(CONVERGED_MS);
  expect(await settled(signing)).toBe('resolved');
  expect(environment.prompts).toHaveLength(1);
}

/** The server has judged what was signed: the next one is a new prompt. */
export async function expectJudgement(
  environment: VerdictEnvironment,
  operation: Operation,
  signing: Promise<unknown>,
): Promise<void> {
  expect(await settled(signing)).toBe(CODE);
  expect(operation.getSnapshot().wallet.state).toBe('rejected');
  expect(environment.counts.confirm).toBe(1);
  environment.mend();
  await operation.sign();
  expect(environment.prompts).toHaveLength(2);
}

/** The call is over, with who said so; the operation is as it was. */
export async function expectRejection(
  environment: VerdictEnvironment,
  operation: Operation | null,
  call: Promise<unknown>,
  codes: readonly string[],
): Promise<void> {
  expect(codes).toContain(await settled(call));
  environment.mend();
  if (operation) await expectHealing(environment, operation, true);
}
