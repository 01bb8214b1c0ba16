import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { recordings } from './fixtures/recordings.ts';
import { runToEnd, startOver } from './fixtures/run.ts';
import { createScriptedServer, type Fault, problem } from './fixtures/scripted-server.ts';
import { createTimeline, replayTimeline } from './timeline.ts';

const log = recordings.upgrade;
const lines = (ndjson: string) =>
  ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const shuffle = (fault: readonly number[]) => (events: typeof log) =>
  [...events].sort(
    (a, b) => (fault[a.seq % fault.length] ?? 0) - (fault[b.seq % fault.length] ?? 0),
  );

describe('a timeline', () => {
  it('C7, C8: replays every run to the state that the live client had, step by step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4_000), { maxLength: 5 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
        async (cuts, order) => {
          const fault = (_: unknown, index: number): Fault | undefined =>
            cuts[index] === undefined
              ? undefined
              : { cutAfter: cuts[index], events: (events) => shuffle(order)([...events]) };
          const timeline = createTimeline();
          const run = await runToEnd(
            upgrade,
            createScriptedServer({ process: upgrade, log, fault }),
            undefined,
            { timeline },
          );
          const [replayed, ...others] = replayTimeline(timeline.toNDJSON());
          expect(others).toEqual([]);
          expect(replayed).toMatchObject({
            process: 'upgrade',
            operationId: 'upg_1',
            connection: { state: 'closed', reason: 'ended' },
          });
          expect(replayed?.operation).toEqual(run.last);
          expect(replayed?.snapshots.map(({ seq }) => seq)).toEqual(
            [...new Set(run.states.map((s) => s.operation?.seq))].filter(Boolean),
          );
          const { events, duplicates, gaps, reordered, unknown, irregular, afterEnd } =
            run.operation.counters;
          expect(replayed?.counters).toMatchObject({
            events,
            duplicates,
            gaps,
            reordered,
            unknown,
            irregular,
            afterEnd,
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('shows attempts, results and states in order, and no token', async () => {
    const timeline = createTimeline();
    const fault = (_: unknown, index: number) =>
      index === 0 ? { cutAfter: 700 } : index === 1 ? problem(503, 'temporarily_unavailable') : {};
    await runToEnd(upgrade, createScriptedServer({ process: upgrade, log, fault }), undefined, {
      timeline,
      getToken: () => 'top-secret',
    });
    const text = timeline.toNDJSON();
    expect(text).not.toContain('top-secret');
    const shown = lines(text).map(({ kind, connection, result }) => {
      if (kind === 'connection') return (connection as { state: string }).state;
      return kind === 'result' ? `ended: ${(result as { kind: string }).kind}` : kind;
    });
    expect(shown.filter((what, index) => what !== shown[index - 1])).toEqual([
      'connecting',
      'attempt',
      'chunk',
      'live',
      'ended: closed',
      'reconnecting',
      'attempt',
      'ended: response',
      'reconnecting',
      // A page beside the stream that was refused.
      'attempt',
      'chunk',
      'ended: closed',
      'closed',
    ]);
  });

  it('stays within its bound, and still replays to the end', async () => {
    const timeline = createTimeline({ maxCharacters: 9_000 });
    const fault = (_: unknown, index: number) => (index < 6 ? { cutAfter: 700 + 400 * index } : {});
    const { last } = await runToEnd(
      upgrade,
      createScriptedServer({ process: upgrade, log, fault }),
      undefined,
      { timeline },
    );
    expect(timeline.toNDJSON().length).toBeLessThanOrEqual(9_000);
    expect(timeline.dropped).toBeGreaterThan(0);
    expect(replayTimeline(timeline.toNDJSON())[0]?.operation).toEqual(last);
  });

  it('keeps operations apart, also those without an id', async () => {
    const timeline = createTimeline();
    const lost = startOver(
      upgrade,
      createScriptedServer({ process: upgrade, log, fault: () => ({ hang: true }) }),
      undefined,
      {
        timeline,
      },
    );
    await runToEnd(upgrade, createScriptedServer({ process: upgrade, log }), undefined, {
      timeline,
    });
    lost.client.close();
    expect(replayTimeline(timeline.toNDJSON())).toMatchObject([
      { operationId: null, operation: null },
      { operationId: 'upg_1', operation: { status: 'completed' } },
    ]);
  });

  it('that fails does not stop what it records', async () => {
    const reported: unknown[] = [];
    const broken = createTimeline({
      onLine: () => {
        throw new TypeError('disk full');
      },
    });
    const server = createScriptedServer({ process: upgrade, log });
    const run = await runToEnd(upgrade, server, undefined, {
      timeline: broken,
      environment: { reportError: (thrown) => reported.push(thrown) },
    });
    expect(run.last.status).toBe('completed');
    expect(reported.length).toBeGreaterThan(0);
  });
});
