import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processes, upgrade } from '../processes/index.ts';
import { parseEvent } from '../protocol/event.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import { sampleEvents } from '../testing/samples.ts';
import { sampleWalk } from '../testing/walks.ts';
import { fold, foldAll } from './reduce.ts';
import type { OperationEvent, Snapshot } from './types.ts';

const anyProcess = fc.constantFrom(...Object.values(processes));
const choices = fc.array(fc.nat(20), { maxLength: 30 });
const happy = [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'verifying_burn',
  'burn_verified',
  'uploading_metadata',
  'metadata_uploaded',
  'minting_new_nft',
  'updating_records',
  'completed',
];

/** What a client sees: the events as JSON, parsed and validated. */
const overTheWire = (
  process: Parameters<typeof parseEvent>[0],
  events: readonly OperationEvent[],
) => events.map((event) => parseEvent(process, JSON.parse(JSON.stringify(event))));

describe('fold', () => {
  it('gives client and server deeply equal snapshots for every legal run', () => {
    fc.assert(
      fc.property(anyProcess, choices, (process, picked) => {
        const events = sampleWalk(process, picked);
        const server = foldAll(process, events);
        const client = foldAll(process, overTheWire(process, events));
        expect(client).toStrictEqual(server);
        expect(parseSnapshot(process, JSON.parse(JSON.stringify(server)))).toStrictEqual(server);
      }),
      { numRuns: 500 },
    );
  });

  it('continues a snapshot with the rest of the log as if it had read all of it', () => {
    fc.assert(
      fc.property(anyProcess, choices, fc.nat(), (process, picked, cut) => {
        const events = sampleWalk(process, picked);
        const at = 1 + (cut % events.length);
        const snapshot = foldAll(process, events.slice(0, at));
        const overWire = snapshot && parseSnapshot(process, JSON.parse(JSON.stringify(snapshot)));
        expect(foldAll(process, events.slice(at), overWire)).toStrictEqual(
          foldAll(process, events),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('never moves progress backwards, and never leaves a debt but by a delivery', () => {
    fc.assert(
      fc.property(choices, (picked) => {
        let snapshot: Snapshot | null = null;
        for (const event of sampleWalk(upgrade, picked)) {
          const before: Snapshot | null = snapshot;
          snapshot = fold(upgrade, snapshot, event).snapshot;
          expect(snapshot?.progress).toBeGreaterThanOrEqual(before?.progress ?? 0);
          if (before?.asset === 'burned_owed')
            expect(['burned_owed', 'delivered']).toContain(snapshot?.asset);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('C8: converges whatever is doubled, and says which event was missing', () => {
    const events = sampleEvents(upgrade, happy);
    const [first, second, third] = events as [OperationEvent, OperationEvent, OperationEvent];
    const one = fold(upgrade, null, first).snapshot;
    expect(fold(upgrade, one, first)).toEqual({ snapshot: one, verdict: 'duplicate' });
    expect(fold(upgrade, one, first).snapshot).toBe(one);
    expect(fold(upgrade, one, third)).toEqual({ snapshot: one, verdict: 'gap' });
    expect(
      foldAll(upgrade, [first, first, second, first, second, ...events.slice(2)]),
    ).toStrictEqual(foldAll(upgrade, events));
  });

  it('C8, C11: keeps an unknown status, moves the cursor and the asset, and goes on', () => {
    const events = sampleEvents(upgrade, happy.slice(0, 3));
    const before = foldAll(upgrade, events) as Snapshot;
    const strange = {
      ...(events[2] as OperationEvent),
      seq: 4,
      status: 'quantum_check',
      asset: 'at_risk' as const,
      extra: { kept: true },
    };
    const { snapshot, verdict } = fold(upgrade, before, parseEvent(upgrade, strange));
    expect(verdict).toBe('unknown');
    expect(snapshot).toMatchObject({
      status: 'awaiting_burn',
      seq: 4,
      asset: 'at_risk',
      unknown: 1,
      now: before.now,
    });
    expect(parseEvent(upgrade, strange)).toMatchObject({ extra: { kept: true } });
  });

  it('drops what comes after the end, and what belongs to somebody else', () => {
    const events = sampleEvents(upgrade, happy);
    const done = foldAll(upgrade, events) as Snapshot;
    const late = { ...(events[9] as OperationEvent), seq: 11, status: 'error' };
    expect(fold(upgrade, done, late)).toEqual({ snapshot: done, verdict: 'after_end' });
    expect(fold(upgrade, done, { ...late, operationId: 'upg_other' }).verdict).toBe('foreign');
    expect(fold(processes.claim, null, events[0] as OperationEvent).verdict).toBe('foreign');
  });

  it('applies an irregular event, since the journal is the truth, and says so', () => {
    const events = sampleEvents(upgrade, happy);
    const start = foldAll(upgrade, events.slice(0, 1));
    const jump = { ...(events[4] as OperationEvent), seq: 2 };
    expect(fold(upgrade, start, jump)).toMatchObject({
      verdict: 'irregular',
      snapshot: { status: 'burn_verified', asset: 'burned_owed' },
    });
  });

  it('keeps facts and forgets what was true only in a status', () => {
    const done = foldAll(upgrade, sampleEvents(upgrade, happy)) as Snapshot;
    expect(done.now).toEqual({});
    expect(Object.keys(done.facts).sort()).toEqual(
      [
        'burnTxSignature',
        'currentNFT',
        'input',
        'ipfsHash',
        'metadataUri',
        'mintAddress',
        'newNFT',
        'receipt',
        'slot',
        'targetTier',
        'transactionSignature',
        'version',
      ].sort(),
    );
    expect(done).toMatchObject({
      status: 'completed',
      terminal: true,
      progress: 100,
      asset: 'delivered',
      phase: 'record',
    });
  });
});

it('a name that every object has is no status', () => {
  expect(upgrade.statuses.constructor).toBeUndefined();
});
