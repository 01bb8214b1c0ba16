import { describe, expect, test } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { newCounters } from './counters.ts';
import { frames, log, opening, openLive, pushed, scripted } from './fixtures/environments.ts';
import { waitingUpgrade } from './fixtures/recordings.ts';
import { createSequencer } from './sequence.ts';

describe('C8 the sequence', () => {
  test('a gap is fetched again from the cursor, at once', async () => {
    const environment = pushed();
    const answer = await openLive(environment);
    answer.write(frames(log.slice(4, 6)));
    await environment.time.settle();
    expect(environment.net.calls[1]).toMatchObject({
      method: 'GET',
      headers: { 'Last-Event-ID': '3' },
    });
    expect(environment.operation.counters).toMatchObject({ gaps: 1, events: 3 });
    expect(environment.operation.getSnapshot().operation?.seq).toBe(3);
  });

  test('an event that never comes ends in gave_up with the reason, not in a loop', async () => {
    const environment = scripted(
      { fault: () => ({ events: (events) => events.filter((event) => event.seq !== 4) }) },
      { limits: { maxAttempts: 4 } },
    );
    await environment.time.advance(30_000);
    expect(environment.connection()).toMatchObject({ state: 'gave_up', reason: 'gap' });
    expect(environment.server.requests.length).toBeLessThan(12);
  });

  test('duplicates are dropped, early events are put in place, and both are counted', async () => {
    const environment = pushed();
    const answer = await openLive(environment);
    const [fourth, fifth] = log.slice(3, 5);
    answer.write(frames([...waitingUpgrade, ...(fourth && fifth ? [fifth, fourth] : [])]));
    await environment.time.settle();
    expect(environment.operation.counters).toMatchObject({
      duplicates: 3,
      reordered: 1,
      gaps: 0,
      events: 5,
    });
    expect(environment.net.calls).toHaveLength(1);
  });

  test('an unknown status is kept, counted and passed on', async () => {
    const [initial, verified] = log;
    if (!initial || !verified) throw new Error('recording');
    const unknown = { ...verified, status: 'polishing', seq: 3, shine: 11 };
    const environment = pushed();
    await environment.time.settle();
    const answer = environment.net.answer(0);
    answer.write(opening + frames([initial, verified, unknown]));
    const seen: unknown[] = [];
    void (async () => {
      for await (const event of environment.operation) seen.push(event);
    })();
    await environment.time.settle();
    expect(seen.at(-1)).toEqual(unknown);
    expect(environment.operation.getSnapshot().operation).toMatchObject({
      status: 'qualification_verified',
      seq: 3,
      unknown: 1,
    });
    expect(environment.operation.counters.unknown).toBe(1);
  });

  test("another operation's events are refused", async () => {
    const environment = pushed();
    const answer = await openLive(environment);
    answer.write(
      frames(
        log.slice(3, 4).map((event) => ({ ...event, operationId: 'upg_2', upgradeId: 'upg_2' })),
      ),
    );
    await environment.time.settle();
    expect(environment.operation.getSnapshot().operation?.seq).toBe(3);
    expect(environment.connection()).toMatchObject({
      reason: 'protocol',
      error: { code: 'invalid_event' },
    });
    expect(environment.operation.counters.protocolErrors).toBe(1);
  });

  test('also when only the id of the operation is known, and in the middle of a chunk', () => {
    const [first, second] = log;
    if (!first || !second) throw new Error('recording');
    const counters = newCounters();
    const sequencer = createSequencer(upgrade, null, counters);
    const strange = { ...second, operationId: 'upg_2' };
    const others = [{ ...first, operationId: 'upg_2' }];
    expect(sequencer.ingest(others, first.operationId)).toMatchObject({
      error: { code: 'invalid_event' },
    });
    expect(others).toEqual([]);
    const mixed = [first, first, strange, second];
    expect(sequencer.ingest(mixed, first.operationId)).toMatchObject({
      gap: false,
      error: { code: 'invalid_event', operationId: first.operationId },
    });
    expect(mixed).toEqual([first]);
    expect(sequencer.cursor()).toBe(1);
    expect(sequencer.ingest([{ ...second, process: 'claim' }], first.operationId).error?.code).toBe(
      'invalid_event',
    );
    expect(counters).toMatchObject({ events: 1, duplicates: 1 });
  });

  test('rubbish for ever ends in gave_up with the protocol error as its cause', async () => {
    const bad = new TextEncoder().encode('data: {\n\n');
    const environment = scripted(
      { fault: (_, index) => (index === 0 ? { cutAfter: 2_000 } : { reply: { body: bad } }) },
      { limits: { maxAttempts: 4 } },
    );
    await environment.time.advance(0);
    const states = new Set<string>();
    environment.operation.subscribe(() => states.add(environment.connection().state));
    await environment.time.advance(30_000);
    expect(states).not.toContain('live');
    expect(environment.connection()).toMatchObject({
      state: 'gave_up',
      reason: 'protocol',
      error: { code: 'connection_gave_up', cause: { code: 'invalid_frame' } },
    });
    // Four streams, and a page beside each.
    expect(environment.operation.counters.protocolErrors).toBe(8);
    expect(environment.server.requests).toHaveLength(9);
  });
});

describe('C11 versions', () => {
  test.each([
    ['header', { headers: { 'nft-protocol': '3', 'content-type': 'text/event-stream' } }],
    ['opening comment', { body: new TextEncoder().encode(': heartbeat=4000 protocol=3\n\n') }],
  ])(
    'a newer protocol in the %s is refused readably, before any event is read',
    async (_, reply) => {
      const environment = scripted({ log: waitingUpgrade, fault: () => ({ reply }) });
      await environment.time.settle();
      expect(environment.connection()).toMatchObject({
        error: { code: 'protocol_unsupported', message: expect.stringContaining('protocol 3') },
      });
      expect(['gave_up', 'closed']).toContain(environment.connection().state);
      expect(environment.operation.getSnapshot().operation).toBeNull();
      expect(environment.server.requests).toHaveLength(1);
    },
  );
});
