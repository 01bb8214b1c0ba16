import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { fromProblem } from '../protocol/problem.ts';
import {
  type AttemptResult,
  decide,
  isDefinite,
  newMemory,
  type PolicyContext,
  type PolicyMemory,
} from './policy.ts';
import { defaultLimits, defaultTiming } from './timing.ts';

const context = (given: Partial<PolicyContext> = {}): PolicyContext => ({
  timing: defaultTiming,
  limits: defaultLimits,
  known: true,
  online: true,
  random: 1,
  ...given,
});
const status = (code: number, retryAfterMs?: number): NftUpgradeError => {
  const { code: name, details } = fromProblem(code, null);
  return new NftUpgradeError(name, {
    details: { ...details, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  });
};
const after = (failures: number, rest: Partial<PolicyMemory> = {}): PolicyMemory => ({
  ...newMemory,
  failures,
  ...rest,
});

describe('backoff', () => {
  test('the window doubles up to the bound, and the delay is drawn from all of it', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (failures) => decide(after(failures), { kind: 'network' }, context()).step,
    );
    expect(delays.map((step) => step.do === 'wait' && step.delayMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(decide(after(5), { kind: 'network' }, context({ random: 0 })).step).toEqual({
      do: 'wait',
      delayMs: 0,
      until: 'delay',
    });
    expect(decide(after(5), { kind: 'network' }, context({ random: 0.5 })).step).toEqual({
      do: 'wait',
      delayMs: 15_000,
      until: 'delay',
    });
  });

  test('retry: of the server replaces the base', () => {
    expect(decide(after(0, { retryMs: 5_000 }), { kind: 'closed' }, context()).step).toMatchObject({
      delayMs: 5_000,
    });
    expect(decide(after(1, { retryMs: 5_000 }), { kind: 'closed' }, context()).step).toMatchObject({
      delayMs: 10_000,
    });
  });

  test('Retry-After is a floor that no signal shortens, with jitter above it and a bound', () => {
    expect(
      decide(after(0), { kind: 'response', error: status(429, 7_000) }, context({ random: 0.5 })),
    ).toMatchObject({
      step: { do: 'wait', delayMs: 7_500, until: 'firm' },
      reason: 'busy',
    });
    expect(
      decide(after(0), { kind: 'response', error: status(503, 86_400_000) }, context({ random: 0 }))
        .step,
    ).toMatchObject({
      delayMs: defaultTiming.maxRetryAfterMs,
    });
  });

  test('for any attempt result the delay stays within its bounds and is the same again', () => {
    const kinds: AttemptResult['kind'][] = [
      'closed',
      'polled',
      'network',
      'silent',
      'buffered',
      'unstreamable',
      'gap',
      'protocol',
      'interrupted',
    ];
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.constantFrom(...kinds),
        fc.boolean(),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, kind, progressed, stayed, random) => {
          const result: AttemptResult = { kind, progressed, stayed };
          const decision = decide(after(failures), result, context({ random }));
          expect(decide(after(failures), result, context({ random }))).toEqual(decision);
          if (decision.step.do === 'wait')
            expect(decision.step.delayMs).toBeLessThanOrEqual(defaultTiming.maxDelayMs);
          expect(decision.memory.failures).toBeLessThanOrEqual(failures + 1);
        },
      ),
    );
  });
});

describe('budget', () => {
  test('counts attempts without progress, and gives up with the reason', () => {
    expect(decide(after(13), { kind: 'network' }, context()).step.do).toBe('wait');
    expect(
      decide(
        after(14),
        { kind: 'network', error: new NftUpgradeError('connection_lost') },
        context(),
      ),
    ).toMatchObject({
      step: { do: 'gave_up' },
      reason: 'network',
    });
  });

  test.each<AttemptResult>([
    { kind: 'closed', progressed: true },
    { kind: 'closed', stayed: true },
    { kind: 'gap', progressed: true },
    { kind: 'polled' },
  ])('%o resets it', (result) => {
    expect(decide(after(14), result, context()).memory.failures).toBe(0);
  });

  test.each<AttemptResult>([
    { kind: 'protocol', stayed: true },
    { kind: 'gap', stayed: true },
    { kind: 'closed' },
    { kind: 'silent' },
  ])('%o does not', (result) => {
    expect(decide(after(3), result, context()).memory.failures).toBe(4);
  });

  test('costs nothing without a network', () => {
    const decision = decide(after(14), { kind: 'network' }, context({ online: false }));
    expect(decision).toMatchObject({
      step: { do: 'offline' },
      reason: 'offline',
      memory: { failures: 14 },
    });
  });

  test('nor when somebody wants to go on at once', () => {
    expect(decide(after(14), { kind: 'interrupted' }, context())).toMatchObject({
      step: { do: 'wait', delayMs: 0 },
      memory: { failures: 14 },
    });
  });
});

describe('what trying again cannot help', () => {
  test.each([400, 403, 404, 409, 410, 422, 426])(
    '%i refuses a start, and gives up what is known',
    (code) => {
      const result: AttemptResult = { kind: 'response', error: status(code) };
      expect(decide(newMemory, result, context({ known: false })).step.do).toBe('refuse');
      expect(decide(newMemory, result, context({ known: true })).step.do).toBe('gave_up');
    },
  );

  test.each([408, 425, 429, 500, 502, 503, 504])('%i decides nothing', (code) => {
    expect(isDefinite(code)).toBe(false);
    expect(
      decide(newMemory, { kind: 'response', error: status(code) }, context({ known: false })).step
        .do,
    ).toBe('wait');
  });

  test('C6 a refused fresh token waits for somebody', () => {
    expect(decide(newMemory, { kind: 'response', error: status(401) }, context())).toMatchObject({
      step: { do: 'auth_required' },
      reason: 'unauthenticated',
    });
  });

  test('C11 another protocol version is told, not retried', () => {
    const result: AttemptResult = {
      kind: 'protocol',
      error: new NftUpgradeError('protocol_unsupported'),
    };
    expect(decide(newMemory, result, context())).toMatchObject({
      step: { do: 'gave_up' },
      reason: 'protocol_unsupported',
    });
  });
});

describe('C7 polling', () => {
  test.each<[AttemptResult, string]>([
    [{ kind: 'buffered' }, 'buffered'],
    [{ kind: 'unstreamable' }, 'streaming_unavailable'],
    [{ kind: 'response', error: status(406) }, 'streaming_unavailable'],
  ])('%o reads pages from now on, and at once', (result, pollReason) => {
    const decision = decide(newMemory, result, context());
    expect(decision).toMatchObject({
      memory: { mode: 'poll', pollReason },
      step: { do: 'wait', delayMs: 0 },
    });
    expect(decide(decision.memory, { kind: 'network' }, context()).memory.mode).toBe('poll');
  });

  test('two streams in a row that say nothing', () => {
    const once = decide(newMemory, { kind: 'closed', noBytes: true }, context());
    expect(once.memory.mode).toBe('stream');
    expect(decide(once.memory, { kind: 'closed', noBytes: true }, context()).memory).toMatchObject({
      mode: 'poll',
      pollReason: 'streaming_unavailable',
    });
    expect(decide(once.memory, { kind: 'closed' }, context()).memory.silentAttempts).toBe(0);
  });

  test('slows down while nothing moves', () => {
    let memory = after(0, { mode: 'poll', pollReason: 'buffered' });
    const delays: unknown[] = [];
    for (const progressed of [true, false, false, false, false, false, true]) {
      const decision = decide(memory, { kind: 'polled', progressed }, context());
      memory = decision.memory;
      delays.push(decision.step.do === 'wait' && decision.step.delayMs);
    }
    expect(delays).toEqual([2_000, 3_000, 4_500, 6_750, 10_000, 10_000, 2_000]);
  });
});
