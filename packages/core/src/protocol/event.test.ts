import { describe, expect, it } from 'vitest';
import { NftUpgradeError } from '../errors/index.ts';
import { foldAll } from '../machine/reduce.ts';
import type { OperationEvent } from '../machine/types.ts';
import { upgrade } from '../processes/index.ts';
import { sampleEvents, samplePayload } from '../testing/samples.ts';
import { parseEvent } from './event.ts';
import { nextEvent } from './next-event.ts';

const context = { operationId: 'upg_1', at: new Date('2026-11-23T10:00:00Z') };
const thrown = (work: () => unknown): NftUpgradeError => {
  try {
    work();
  } catch (error) {
    if (error instanceof NftUpgradeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('nextEvent', () => {
  it('numbers, dates and completes an event, with the name of the guide', () => {
    const event = nextEvent(
      upgrade,
      null,
      'initializing',
      samplePayload(upgrade, 'initializing'),
      context,
    );
    expect(event).toMatchObject({
      seq: 1,
      operationId: 'upg_1',
      upgradeId: 'upg_1',
      process: 'upgrade',
      progress: 0,
      asset: 'safe',
      timestamp: '2026-11-23T10:00:00.000Z',
    });
  });

  it('refuses a status that may not follow, and says which may', () => {
    const snapshot = foldAll(upgrade, sampleEvents(upgrade, ['initializing']));
    const error = thrown(() =>
      nextEvent(upgrade, snapshot, 'completed', samplePayload(upgrade, 'completed'), context),
    );
    expect(error.code).toBe('illegal_transition');
    expect(error.message).toContain('qualification_verified');
    expect(thrown(() => nextEvent(upgrade, null, 'toString', {}, context)).code).toBe(
      'illegal_transition',
    );
  });

  it('I3: refuses error, cancelled and burn_failed after the burn', () => {
    const snapshot = foldAll(
      upgrade,
      sampleEvents(upgrade, ['initializing', 'qualification_verified', 'burn_verified']),
    );
    for (const status of ['error', 'cancelled', 'burn_failed']) {
      expect(
        thrown(() => nextEvent(upgrade, snapshot, status, samplePayload(upgrade, status), context))
          .code,
      ).toBe('illegal_transition');
    }
  });

  it('refuses a payload with a missing or a foreign field, and names it', () => {
    const snapshot = foldAll(
      upgrade,
      sampleEvents(upgrade, ['initializing', 'qualification_verified']),
    );
    expect(
      thrown(() => nextEvent(upgrade, snapshot, 'awaiting_burn', { deadline: 'soon' }, context))
        .details,
    ).toMatchObject({
      status: 'awaiting_burn',
    });
    const typo = { ...samplePayload(upgrade, 'awaiting_burn'), instruction: 'x' };
    expect(
      thrown(() => nextEvent(upgrade, snapshot, 'awaiting_burn', typo, context)).message,
    ).toContain('instruction');
  });

  it('refuses anything after the end', () => {
    const snapshot = foldAll(upgrade, sampleEvents(upgrade, ['initializing', 'cancelled']));
    expect(thrown(() => nextEvent(upgrade, snapshot, 'initializing', {}, context)).code).toBe(
      'operation_ended',
    );
  });
});

describe('parseEvent', () => {
  const [event] = sampleEvents(upgrade, ['initializing']) as [OperationEvent];

  it.each([
    ['no object', 'initializing', '(root)'],
    ['a number that is none', { ...event, seq: 1.5 }, 'seq'],
    ['a progress above 100', { ...event, progress: 101 }, 'progress'],
    ['an asset that does not exist', { ...event, asset: 'gone' }, 'asset'],
    ['a wrong time', { ...event, timestamp: 'yesterday' }, 'timestamp'],
    ['a missing payload', { ...event, version: undefined }, 'version'],
  ])('refuses %s and names the field', (_name, value, field) => {
    const error = thrown(() => parseEvent(upgrade, value));
    expect(error.code).toBe('invalid_event');
    expect(error.details.field).toBe(field);
  });

  it('keeps a field of a newer server', () => {
    expect(parseEvent(upgrade, { ...event, sparkle: 1 })).toHaveProperty('sparkle', 1);
  });
});
