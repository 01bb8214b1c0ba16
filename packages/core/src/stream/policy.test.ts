import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { fromProblem } from '../protocol/problem.ts';
import {
  type AttemptResult,
  decide,
  newMemory,
  type PolicyContext,
  type PolicyMemory,
} from './policy.ts';
import { defaultLimits, defaultTiming } from './timing.ts';

const context = (given: Partial<PolicyContext> = {}): PolicyContext => ({
  timing: defaultTiming,
  limits: defaultLimits,
  knowledge: 'seen',
  mode: 'stream',
  proof: false,
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

const refused = (code: number): AttemptResult => ({ kind: 'response', error: status(code) });

describe('what the server says', () => {
  test.each([400, 403, 405, 409, 410, 413, 422, 451])(
    '%i refuses a start that cannot have arrived before, and is no end of what was seen',
    (code) => {
      const doing = (given: Partial<PolicyContext>, memory = newMemory) =>
        decide(memory, refused(code), context(given)).step.do;
      expect(doing({ knowledge: 'start' })).toBe('refuse');
      expect(doing({ knowledge: 'start' }, after(1, { unsure: true }))).toBe('wait');
      expect(doing({ knowledge: 'named' })).toBe('gave_up');
      expect(doing({ knowledge: 'seen' })).toBe('wait');
    },
  );

  test('404 ends what was only named; what was seen is looked for again', () => {
    expect(decide(newMemory, refused(404), context({ knowledge: 'named' })).step).toEqual({
      do: 'gave_up',
      delayMs: null,
      until: 'decision',
    });
    expect(decide(newMemory, refused(404), context()).step.do).toBe('wait');
    expect(decide(after(14), refused(404), context()).step).toEqual({
      do: 'gave_up',
      delayMs: defaultTiming.maxDelayMs,
      until: 'budget',
    });
  });

  test('a start that may have arrived is repeated after a refusal, within the budget', () => {
    const decision = decide(
      after(14, { unsure: true }),
      refused(403),
      context({ knowledge: 'start' }),
    );
    expect(decision.step).toEqual({ do: 'refuse', delayMs: null, until: 'budget' });
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('%i decides nothing', (code) => {
    const decision = decide(newMemory, refused(code), context({ knowledge: 'start' }));
    expect(decision.step.do).toBe('wait');
    // Only these say that nothing was begun.
    expect(decision.memory.unsure).toBe(![408, 425, 429, 503].includes(code));
  });

  test('C6 a refused fresh token waits for somebody, and is tried again', () => {
    expect(decide(newMemory, refused(401), context())).toMatchObject({
      step: { do: 'auth_required', delayMs: defaultTiming.maxDelayMs, until: 'budget' },
      reason: 'unauthenticated',
    });
  });

  test('C11 another protocol version is told, not retried', () => {
    const result: AttemptResult = {
      kind: 'protocol',
      error: new NftUpgradeError('protocol_unsupported'),
    };
    expect(decide(newMemory, result, context({ proof: true }))).toMatchObject({
      step: { do: 'gave_up', delayMs: null },
      reason: 'protocol_unsupported',
    });
  });
});

describe('N1 what somebody else says', () => {
  const foreign = (code: number, retryAfterMs?: number): AttemptResult => ({
    kind: 'foreign',
    error: new NftUpgradeError('connection_lost', {
      details: { problem: 'foreign', status: code, retryAfterMs },
    }),
  });

  test.each([200, 302, 304, 400, 403, 404, 405, 409, 413, 451, 502])(
    '%i is weather, whatever is known',
    (code) => {
      for (const knowledge of ['start', 'named', 'seen'] as const)
        expect(decide(newMemory, foreign(code), context({ knowledge }))).toMatchObject({
          step: { do: 'wait' },
          reason: 'intermediary',
          memory: { unsure: true },
        });
    },
  );

  test('a start ends after the budget, and its outcome is not known', () => {
    expect(decide(after(14), foreign(403), context({ knowledge: 'start' })).step).toEqual({
      do: 'refuse',
      delayMs: null,
      until: 'budget',
    });
  });

  test('its Retry-After is bounded, and any signal shortens it', () => {
    const decision = decide(newMemory, foreign(503, 600_000), context({ random: 0 }));
    expect(decision.step).toEqual({
      do: 'wait',
      delayMs: defaultTiming.maxDelayMs,
      until: 'delay',
    });
  });
});

describe('C7 polling', () => {
  test.each<[AttemptResult, string]>([
    [{ kind: 'buffered' }, 'buffered'],
    [{ kind: 'closed' }, 'streaming_unavailable'],
    [{ kind: 'network' }, 'streaming_unavailable'],
    [refused(406), 'streaming_unavailable'],
    [refused(429), 'busy'],
    [refused(503), 'busy'],
  ])('%o is a doubt about streams when a page was read beside it', (result, reason) => {
    const decision = decide(after(3), result, context({ proof: true }));
    expect(decision).toMatchObject({
      doubt: { reason },
      memory: { failures: 0 },
      step: { do: 'wait', delayMs: defaultTiming.pollMs },
    });
    expect(decide(after(3), result, context()).doubt).toBeNull();
    expect(
      decide(after(3), { ...result, progressed: true }, context({ proof: true })).doubt,
    ).toEqual(result.kind === 'buffered' ? { reason, forMs: 0 } : null);
  });

  test('an answer of the server without a stream is its own proof: pages follow at once', () => {
    expect(decide(newMemory, { kind: 'unstreamable' }, context())).toMatchObject({
      doubt: { reason: 'streaming_unavailable' },
      step: { do: 'wait', delayMs: 0 },
    });
  });

  test('a stream that stayed for a heartbeat is trusted', () => {
    expect(decide(newMemory, { kind: 'closed', stayed: true }, context()).trust).toBe(true);
    expect(decide(newMemory, { kind: 'closed' }, context()).trust).toBe(false);
  });

  test('slows down while nothing moves', () => {
    let memory = after(0);
    const delays: unknown[] = [];
    for (const progressed of [true, false, false, false, false, false, true]) {
      const decision = decide(memory, { kind: 'polled', progressed }, context({ mode: 'poll' }));
      memory = decision.memory;
      delays.push(decision.step.do === 'wait' && decision.step.delayMs);
    }
    expect(delays).toEqual([2_000, 3_000, 4_500, 6_750, 10_000, 10_000, 2_000]);
  });
});
