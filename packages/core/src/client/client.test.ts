import { afterEach, expect, test } from 'vitest';
import { acrossTabs, createUpgradeClient } from '../index.ts';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import { listen } from '../stream/fixtures/listen.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { quietEnvironment } from '../stream/fixtures/run.ts';
import { createScriptedServer } from '../stream/fixtures/scripted-server.ts';
import { createTestClock, createTestSignals } from '../stream/fixtures/test-clock.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

test('a whole upgrade over a real socket', async () => {
  const server = createScriptedServer({ process: upgrade, log: recordings.upgrade });
  const { url, close } = await listen(server);
  cleanups.push(close);
  using client = createUpgradeClient({ baseUrl: url });
  const operation = client.upgrade.start({ targetTierId: 'gold' });
  const seen: number[] = [];
  for await (const event of operation) seen.push(event.seq);
  const last = await operation.done;
  expect(last).toEqual(foldAll(upgrade, recordings.upgrade));
  expect(seen).toEqual(recordings.upgrade.map((event) => event.seq));
  expect(operation.getSnapshot().connection).toMatchObject({ state: 'closed', reason: 'ended' });
  expect(server.posts).toBe(1);
});

test('idle clients and ended operations cost no timer, listener, channel or request', async () => {
  const time = createTestClock();
  const signals = createTestSignals();
  const opened: string[] = [];
  const requests: string[] = [];
  const server = createScriptedServer({ process: upgrade, log: recordings.upgrade });
  const reach = memoryFetch(server);
  const environment = {
    ...quietEnvironment,
    clock: time.clock,
    onSignal: signals.onSignal,
    fetch: (input: string, init: RequestInit) => {
      requests.push(input);
      return reach(input, init);
    },
    channel: (name: string) => {
      opened.push(name);
      throw new RangeError('no channel is needed');
    },
  };
  const clients = [1, 2].map(() =>
    createUpgradeClient({ baseUrl: '', environment, tabs: acrossTabs() }),
  );
  await time.settle();
  expect([time.pending, signals.listening, opened, requests]).toEqual([0, 0, [], []]);
  const operation = clients[0]?.upgrade.start({ targetTierId: 'gold' });
  expect((await operation?.done)?.status).toBe('completed');
  await time.settle();
  expect([time.pending, signals.listening, opened]).toEqual([0, 0, []]);
  for (const client of clients) client.close();
});
