import { expect, test } from 'vitest';
import { createUpgradeClient } from '../index.ts';
import { badgeActivation, upgrade } from '../processes/index.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { recordings, waitingUpgrade } from '../stream/fixtures/recordings.ts';
import { quietEnvironment } from '../stream/fixtures/run.ts';
import { createScriptedServer } from '../stream/fixtures/scripted-server.ts';

const log = recordings.upgrade;
test('C2 active() finds what runs, attach() follows it by id or from a snapshot on', async () => {
  const growing = [...waitingUpgrade];
  const server = createScriptedServer({ process: upgrade, log: growing });
  const client = createUpgradeClient({
    baseUrl: '',
    environment: { ...quietEnvironment, fetch: memoryFetch(server) },
  });
  const [found] = await client.upgrade.active();
  expect(found).toMatchObject({ operationId: 'upg_1', status: 'awaiting_burn', seq: 3 });
  await expect(client.upgrade.snapshot('upg_1')).resolves.toEqual(found);
  if (!found) return;
  growing.push(...log.slice(3));
  const bySnapshot = client.upgrade.attach(found);
  expect(bySnapshot.getSnapshot().operation).toEqual(found);
  await expect(bySnapshot.done).resolves.toMatchObject({ status: 'completed' });
  expect(bySnapshot.counters.events).toBe(log.length - 3);
  const byId = client.upgrade.attach('upg_1');
  await byId.done;
  expect(byId.counters.events).toBe(log.length);
  expect(server.posts).toBe(0);
  const ended = client.upgrade.attach(await client.upgrade.snapshot('upg_1'));
  await expect(ended.done).resolves.toMatchObject({ status: 'completed' });
  expect(ended.getSnapshot().connection).toMatchObject({ state: 'closed', reason: 'ended' });
  await expect(client.upgrade.active()).resolves.toEqual([]);
});

test('an operation that is not ours: gave_up with not_found, told with its id', async () => {
  const server = createScriptedServer({ process: upgrade, log });
  const client = createUpgradeClient({
    baseUrl: '',
    environment: { ...quietEnvironment, fetch: memoryFetch(server) },
  });
  const operation = client.upgrade.attach('upg_other');
  await new Promise((resolve) =>
    operation.subscribe(
      () => operation.getSnapshot().connection.state === 'gave_up' && resolve(null),
    ),
  );
  expect(operation.getSnapshot().connection).toMatchObject({
    reason: 'not_found',
    error: { code: 'not_found' },
  });
  await expect(client.upgrade.snapshot('upg_other')).rejects.toMatchObject({
    code: 'not_found',
    operationId: 'upg_other',
  });
  operation.detach();
});

test('each process has its member, and the generic way leads to the same', async () => {
  const server = createScriptedServer({
    process: badgeActivation,
    log: recordings.badgeActivation,
  });
  const client = createUpgradeClient({
    baseUrl: '',
    environment: { ...quietEnvironment, fetch: memoryFetch(server) },
  });
  const last = await client.badgeActivation.start({ badgeId: 'badge-7' }).done;
  expect(last.facts.badge?.status).toBe('activated');
  expect(client.process('badge_activation')).toBe(client.badgeActivation);
  expect(() => client.process('swap' as 'claim')).toThrow(
    expect.objectContaining({ code: 'unknown_process' }),
  );
});
