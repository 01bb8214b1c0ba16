import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldAll } from '../machine/reduce.ts';
import type { AnyProcess, OperationEvent } from '../machine/types.ts';
import { badgeActivation, claim, upgrade } from '../processes/index.ts';
import { listen } from './fixtures/listen.ts';
import { recordings } from './fixtures/recordings.ts';
import { quietEnvironment, type Run, runToEnd } from './fixtures/run.ts';
import { createScriptedServer, type Fault, type ScriptedServerOptions } from './fixtures/scripted-server.ts';

const cases: [name: string, process: AnyProcess, log: OperationEvent[]][] = [
  ['badge activation', badgeActivation, recordings.badgeActivation],
  ['claim with a recovery', claim, recordings.claim],
  ['full upgrade with recoveries', upgrade, recordings.upgrade],
];

const utf8 = new TextEncoder();
const encodings: Record<string, (text: string) => Uint8Array> = {
  LF: (text) => utf8.encode(text),
  CRLF: (text) => utf8.encode(text.replaceAll('\n', '\r\n')),
  CR: (text) => utf8.encode(text.replaceAll('\n', '\r')),
  BOM: (text) => utf8.encode(`\uFEFF${text}`),
};

/** The end equals that of the uncut log, and nobody was told anything twice. */
function expectWhole(run: Run, process: AnyProcess, log: OperationEvent[]): void {
  expect(run.last).toEqual(foldAll(process, log));
  expect(run.events).toEqual(log);
  const seqs = run.states.map((state) => state.operation?.seq ?? 0);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  for (const [index, state] of run.states.entries()) expect(state).not.toBe(run.states[index - 1]);
}

const bodyLength = (options: ScriptedServerOptions): number => {
  const reply = createScriptedServer(options).handle({
    method: 'POST',
    path: `/api/v1/nft/${options.process.path}`,
    body: {},
    headers: new Headers({ accept: 'text/event-stream' }),
  });
  return reply === null || reply === 'lost' ? 0 : reply.body.length;
};

describe.each(cases)('C7 %s', (_, process, log) => {
  // Every byte with the usual line ends; with the others a stride that meets every position within a line end.
  test.each(Object.entries(encodings))(
    'cut after every byte of the start, %s: same state, one POST, no event twice',
    async (name, encode) => {
      const length = bodyLength({ process, log, encode });
      expect(length).toBeGreaterThan(500);
      for (let cutAfter = 0; cutAfter <= length; cutAfter += name === 'LF' ? 1 : 7) {
        const server = createScriptedServer({ process, log, encode, fault: (_request, index) => (index === 0 ? { cutAfter } : undefined) });
        const run = await runToEnd(process, server);
        expectWhole(run, process, log);
        expect(server.posts, `cut after ${cutAfter}`).toBe(1);
        expect(run.operation.counters).toMatchObject({ duplicates: 0, gaps: 0, protocolErrors: 0 });
      }
    },
  );

  test('any cuts of any connections, in any chunks, over any line ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4_000), { maxLength: 8 }),
        fc.constantFrom(...Object.keys(encodings)),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        async (cuts, encoding, sizes) => {
          const fault = (_request: unknown, index: number): Fault | undefined =>
            cuts[index] === undefined ? undefined : { cutAfter: cuts[index] };
          const server = createScriptedServer({ process, log, fault, ...(encodings[encoding] && { encode: encodings[encoding] }) });
          const run = await runToEnd(process, server, (body) => splitBy(body, sizes));
          expectWhole(run, process, log);
          expect(server.posts).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('duplicates, losses and reorderings on the way heal (C8)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(fc.nat(log.length), fc.constantFrom('drop', 'double', 'swap')), { maxLength: 4 }), { maxLength: 4 }),
        async (mischief) => {
          const fault = (_request: unknown, index: number): Fault | undefined => ({
            events: (events) => disturb(events, mischief[index] ?? []),
          });
          const server = createScriptedServer({ process, log, fault });
          const run = await runToEnd(process, server);
          expectWhole(run, process, log);
          expect(server.posts).toBe(1);
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
        fault: (_request, index) => (cuts[index] === undefined ? undefined : { cutAfter: cuts[index] }),
      });
      const { url, close } = await listen(server);
      try {
        const run = await runToEnd(upgrade, server, undefined, {
          baseUrl: url,
          environment: { ...quietEnvironment, fetch: (input, init) => fetch(input, init) },
        });
        expectWhole(run, upgrade, log);
        expect(server.posts).toBe(1);
      } finally {
        await close();
      }
    }),
    { numRuns: 25 },
  );
});

function splitBy(body: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, index = 0; at < body.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(body.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function disturb(events: readonly OperationEvent[], mischief: readonly (readonly [number, string])[]): OperationEvent[] {
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
