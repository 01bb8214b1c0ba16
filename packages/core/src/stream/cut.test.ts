import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldAll } from '../machine/reduce.ts';
import type { OperationEvent } from '../machine/types.ts';
import { upgrade } from '../processes/index.ts';
import { eventFrame, openingFrame } from '../protocol/frame.ts';
import { newCounters } from './counters.ts';
import { createDecoder } from './decode.ts';
import { encodings, recorded, runCut, splitBy, streamLength, wrongWith } from './fixtures/cuts.ts';
import { listen } from './fixtures/listen.ts';
import { recordings } from './fixtures/recordings.ts';
import { quietEnvironment, runToEnd } from './fixtures/run.ts';
import { createScriptedServer, type Fault } from './fixtures/scripted-server.ts';
import { createSequencer } from './sequence.ts';

const combinations = recorded.flatMap((of) =>
  Object.keys(encodings).map((encoding) => ({ of, encoding, title: `${of.name}, ${encoding}` })),
);

describe.each(combinations)('C7 $title', ({ of, encoding }) => {
  // The whole client meets each position in one of the six encodings at least; every byte of every
  // encoding is cut below, without a connection.
  test('cuts of the start: same state, one POST, no event twice', async () => {
    const length = await streamLength(of, encoding);
    expect(length).toBeGreaterThan(500);
    const offset = Object.keys(encodings).indexOf(encoding);
    for (let cutAfter = offset; cutAfter <= length; cutAfter += Object.keys(encodings).length) {
      const { wrong, run } = await runCut({
        of,
        encoding,
        after: [cutAfter],
        sizes: [1 + (cutAfter % 61), 7],
      });
      expect(wrong, `cut after ${cutAfter}`).toEqual([]);
      expect(run.operation.counters).toMatchObject({
        posts: 1,
        duplicates: 0,
        gaps: 0,
        protocolErrors: 0,
      });
    }
  });

  test('a cut after every byte, resumed at the cursor, in chunks that split characters', () => {
    const { process, log } = of;
    const encode = encodings[encoding] ?? ((text: string) => new TextEncoder().encode(text));
    const bytesFrom = (cursor: number) =>
      encode(
        openingFrame({ retryMs: 10, heartbeatMs: 15_000 }) +
          log.slice(cursor).map(eventFrame).join(''),
      );
    const whole = JSON.stringify(foldAll(process, log));
    const everySeq = log.map(({ seq }) => seq).join();
    const fromStart = bytesFrom(0);
    const rest = log.map((_, cursor) => bytesFrom(cursor));
    const wrong: number[] = [];
    for (let cutAfter = 0; cutAfter <= fromStart.length; cutAfter++) {
      const sequencer = createSequencer(process, null, newCounters());
      const seen: number[] = [];
      const receive = (bytes: Uint8Array) => {
        const decoder = createDecoder(process, 65_536);
        for (const chunk of splitBy(bytes, [1 + (cutAfter % 3), 211])) {
          const { events, error } = decoder.push(chunk);
          if (error) throw error;
          sequencer.ingest(events, log[0]?.operationId ?? null);
          for (const { seq } of events) seen.push(seq);
        }
      };
      receive(fromStart.subarray(0, cutAfter));
      receive(rest[sequencer.cursor()] ?? new Uint8Array());
      if (seen.join() !== everySeq || JSON.stringify(sequencer.snapshot()) !== whole)
        wrong.push(cutAfter);
    }
    expect(wrong).toEqual([]);
  });
});

describe.each(recorded)('C7 $name', (of) => {
  const { process, log } = of;
  test('any cuts of any connections, in any chunks, over any line ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4_000), { maxLength: 8 }),
        fc.constantFrom(...Object.keys(encodings)),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        async (after, encoding, sizes) => {
          expect((await runCut({ of, encoding, after, sizes })).wrong).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('duplicates, losses and reorderings on the way heal (C8)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.tuple(fc.nat(log.length), fc.constantFrom('drop', 'double', 'swap')), {
            maxLength: 4,
          }),
          { maxLength: 4 },
        ),
        async (mischief) => {
          const fault = (_request: unknown, index: number): Fault | undefined => ({
            events: (events) => disturb(events, mischief[index] ?? []),
          });
          const server = createScriptedServer({ process, log, fault });
          const run = await runToEnd(process, server);
          expect(wrongWith(run, process, log, server.posts)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('C7 cuts over a real socket', async () => {
  const log = recordings.upgrade;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3_000), { minLength: 1, maxLength: 5 }), async (cuts) => {
      const server = createScriptedServer({
        process: upgrade,
        log,
        fault: (_request, index) =>
          cuts[index] === undefined ? undefined : { cutAfter: cuts[index] },
      });
      const { url, close } = await listen(server);
      try {
        const run = await runToEnd(upgrade, server, undefined, {
          baseUrl: url,
          environment: { ...quietEnvironment, fetch: (input, init) => fetch(input, init) },
        });
        expect(wrongWith(run, upgrade, log, server.posts)).toEqual([]);
      } finally {
        await close();
      }
    }),
    { numRuns: 25 },
  );
});

function disturb(
  events: readonly OperationEvent[],
  mischief: readonly (readonly [number, string])[],
): OperationEvent[] {
  const disturbed = [...events];
  for (const [at, what] of mischief) {
    const event = disturbed[at];
    const next = disturbed[at + 1];
    if (!event) continue;
    if (what === 'drop') disturbed.splice(at, 1);
    else if (what === 'double') disturbed.splice(at, 0, event);
    else if (next) disturbed.splice(at, 2, next, event);
  }
  return disturbed;
}
