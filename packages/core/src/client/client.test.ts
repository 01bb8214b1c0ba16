import { afterEach, expect, test } from 'vitest';
import { createUpgradeClient } from '../index.ts';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import { listen } from '../stream/fixtures/listen.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { createScriptedServer } from '../stream/fixtures/scripted-server.ts';

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
