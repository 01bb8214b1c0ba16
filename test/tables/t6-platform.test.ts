import { expect } from 'vitest';
import { walletSigning } from '../../packages/core/src/client/sign.ts';
import { acrossTabs, createUpgradeClient, type Operation } from '../../packages/core/src/index.ts';
import { foldAll } from '../../packages/core/src/machine/reduce.ts';
import { upgrade } from '../../packages/core/src/processes/index.ts';
import { createLiveServer } from '../../packages/core/src/stream/fixtures/live-server.ts';
import { addresses, recordings } from '../../packages/core/src/stream/fixtures/recordings.ts';
import { createTabHub } from '../../packages/core/src/stream/fixtures/tab-hub.ts';
import { createTestClock } from '../../packages/core/src/stream/fixtures/test-clock.ts';
import { type Failure, failures, faults, type PlatformPart, parts } from './t6/faults.ts';
import { axis, each, impossible, type Table } from './table.ts';
import { testTable } from './test-table.ts';

/**
 * - `works`: both tabs follow to the end, each event once, with one start and one prompt
 * - `refuses`: a start says at once that it cannot be made safe to repeat
 */
type Outcome = 'works' | 'refuses';

const tabs = ['first', 'second', 'both'] as const;
const log = recordings.upgrade;
const HEARTBEAT_MS = 4_000;

const works = each(tabs, 'works' as const);
const refuses = { ...each(['first', 'both'], 'refuses' as const), second: 'works' as const };
const sync = impossible('It is synchronous: it answers, or throws.');
const steady = impossible('Only clocks tell the time.');

const axes = [axis('part', parts), axis('failure', failures), axis('tab', tabs)] as const;

function openBrowser(part: PlatformPart, failure: Failure, struck: () => void) {
  const time = createTestClock();
  const server = createLiveServer(upgrade, log, HEARTBEAT_MS);
  const hub = createTabHub();
  const prompts: unknown[] = [];
  const tab = (isFaulty: boolean) => {
    const stored = new Map<string, string>();
    const fault = isFaulty ? faults[part][failure] : undefined;
    const client = createUpgradeClient({
      baseUrl: '',
      tabs: acrossTabs(),
      signing: walletSigning({
        guard: { inspect: () => ({ safe: true, sentence: 'Burns.', maxFeeLamports: 1n }) },
        wallet: {
          publicKey: () => addresses.owner,
          sign: async (asked) => {
            prompts.push(asked);
            return { kind: 'signed', signedTransaction: 'c2lnbmVk' };
          },
        },
      }),
      environment: {
        ...hub.environment,
        clock: time.clock,
        random: () => 0.5,
        online: () => true,
        onSignal: () => () => undefined,
        storage: {
          getItem: (key) => stored.get(key) ?? null,
          setItem: (key, value) => void stored.set(key, value),
          removeItem: (key) => void stored.delete(key),
        },
        warn: () => undefined,
        fetch: async (url, init) => {
          if (!url.endsWith('confirm-burn')) return server.fetch(url, init);
          const answer = { success: true, message: 'ok', burnTxSignature: addresses.signature };
          return Response.json({ ...answer, operation: foldAll(upgrade, log.slice(0, 3)) });
        },
        ...fault?.(struck, time.clock),
      },
    });
    const seen: number[] = [];
    const listen = (operation: Operation) => {
      void (async () => {
        for await (const { seq } of operation) seen.push(seq);
      })().catch(() => undefined);
      return operation;
    };
    return {
      client,
      seen,
      start: () => listen(client.upgrade.start({ targetTierId: 'gold' }) as unknown as Operation),
      attach: () => listen(client.upgrade.attach(server.id) as unknown as Operation),
    };
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += HEARTBEAT_MS) {
      await time.advance(HEARTBEAT_MS);
      server.heartbeat(time.clock.now());
      await time.settle();
    }
  };
  return { time, server, prompts, tab, pass };
}

const table: Table<typeof axes, Outcome> = {
  name: 'T6',
  axes,
  decisions: {
    locks: { ...each(['absent', 'throws', 'never_answers', 'blocked'], works), jumps: steady },
    channel: { ...each(['absent', 'throws', 'never_answers', 'blocked'], works), jumps: steady },
    storage: {
      ...each(['absent', 'throws', 'blocked'], works),
      never_answers: sync,
      jumps: steady,
    },
    random: {
      // Without random numbers of the runtime the default throws, too: `environment.test.ts`.
      throws: refuses,
      ...each(['absent', 'never_answers', 'blocked'], sync),
      jumps: steady,
    },
    signals: {
      ...each(['absent', 'throws'], works),
      never_answers: impossible('A signal that never comes is an absent one.'),
      blocked: impossible('A signal that never comes is an absent one.'),
      jumps: steady,
    },
    clock: {
      ...each(
        ['absent', 'throws', 'never_answers', 'blocked'],
        impossible('Every runtime has a clock and timers that work.'),
      ),
      jumps: works,
    },
  },
  impossible: ({ part, tab }) =>
    part === 'random' && tab === 'second' ? 'Only the tab that starts needs a key.' : null,
  suites: 'part',
  async run({ part, failure, tab }, outcome, struck) {
    const { time, server, prompts, tab: open, pass } = openBrowser(part, failure, struck);
    const one = open(tab !== 'second');
    const two = open(tab !== 'first');
    if (outcome === 'refuses') {
      expect(one.start).toThrow(/insecure/);
      return;
    }
    const first = one.start();
    server.grow(2);
    await time.settle();
    const second = two.attach();
    await pass(20_000);
    server.grow(1);
    await pass(30_000);
    expect(first.getSnapshot().operation?.seq).toBe(3);
    expect(second.getSnapshot().operation?.seq).toBe(3);
    const signing = first.sign();
    await pass(8_000);
    await expect(signing).resolves.toMatchObject({ burnTxSignature: addresses.signature });
    server.grow(5);
    await pass(60_000);
    expect(second.getSnapshot().operation?.seq).toBe(8);
    server.grow(log.length);
    await pass(60_000);
    for (const [operation, { seen, client }] of [
      [first, one],
      [second, two],
    ] as const) {
      await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
      await time.settle();
      expect(seen).toEqual(log.map(({ seq }) => seq));
      client.close();
    }
    expect([server.posts, prompts.length]).toEqual([1, 1]);
    expect(server.mostStreams).toBeLessThanOrEqual(2);
  },
};

testTable(table);
