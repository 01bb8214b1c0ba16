import { describe, expect, test } from 'vitest';
import { createUpgradeClient, type OperationState } from '../index.ts';
import type { OperationEvent } from '../machine/types.ts';
import { upgrade } from '../processes/index.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { recordings, waitingUpgrade } from '../stream/fixtures/recordings.ts';
import { quietEnvironment, startOver } from '../stream/fixtures/run.ts';
import {
  createScriptedServer,
  type ScriptedServerOptions,
} from '../stream/fixtures/scripted-server.ts';
import { createTestClock, createTestSignals } from '../stream/fixtures/test-clock.ts';

const log = recordings.upgrade;
const idle = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await idle();
};
const over = (options: Partial<ScriptedServerOptions> = {}) => {
  const server = createScriptedServer({ process: upgrade, log: waitingUpgrade, ...options });
  return { server, ...startOver(upgrade, server) };
};
const refusal = (code: string, asset: string) => ({
  status: 409,
  headers: { 'content-type': 'application/problem+json' },
  json: {
    type: 'about:blank',
    title: code,
    status: 409,
    code,
    retryable: false,
    actor: 'user',
    asset,
  },
});

describe('the snapshot', () => {
  test('is immutable, the same object between changes, and published once a chunk', async () => {
    const server = createScriptedServer({ process: upgrade, log });
    const { operation } = startOver(upgrade, server);
    const seen: OperationState[] = [];
    operation.subscribe(() => {
      expect(operation.getSnapshot()).toBe(operation.getSnapshot());
      seen.push(operation.getSnapshot());
    });
    const before = operation.getSnapshot();
    expect(Object.isFrozen(before) && Object.isFrozen(before.connection)).toBe(true);
    await operation.done;
    await settle();
    // All events came in one chunk, so nobody is shown a state in between.
    expect(new Set(seen.map((state) => state.operation?.seq ?? 0))).toEqual(
      new Set([0, log.length].slice(seen[0]?.operation ? 1 : 0)),
    );
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toMatchObject({
      operation: { status: 'completed' },
      connection: { state: 'closed' },
      wallet: { state: 'idle' },
    });
    expect(before.operation).toBeNull();
    expect(operation.getSnapshot()).toBe(seen.at(-1));
  });

  test('a listener that throws stops nobody; one that left hears nothing', async () => {
    const reported: unknown[] = [];
    const server = createScriptedServer({ process: upgrade, log });
    const { operation } = startOver(upgrade, server, undefined, {
      environment: { reportError: (thrown) => reported.push(thrown) },
    });
    const thrown = new RangeError('of the host');
    let calls = 0;
    let left = 0;
    operation.subscribe(() => {
      throw thrown;
    });
    operation.subscribe(() => calls++);
    operation.subscribe(() => left++)();
    await operation.done;
    await settle();
    expect(calls).toBeGreaterThan(0);
    expect(left).toBe(0);
    expect(reported).toContain(thrown);
  });
});

describe('iteration', () => {
  test('begins with the first event at any time, for each loop', async () => {
    const { operation } = over({ log });
    const read = async () => {
      const events: OperationEvent[] = [];
      for await (const event of operation) events.push(event);
      return events;
    };
    const early = read();
    await operation.done;
    expect(await early).toEqual(log);
    expect(await read()).toEqual(log);
  });

  test('a loop that is left early leaves the operation alone', async () => {
    const { operation } = over({ log });
    for await (const event of operation) if (event.seq === 2) break;
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
  });
});

describe('leaving and cancelling are different verbs', () => {
  test('detach() ends everything here and asks nothing of the server', async () => {
    const { operation, server } = over();
    await operation.started;
    await settle();
    operation.detach();
    await expect(operation.done).rejects.toMatchObject({
      code: 'detached',
      operationId: 'upg_1',
      asset: 'safe',
    });
    await expect(operation.started).resolves.toBe('upg_1');
    const loop = operation[Symbol.asyncIterator]();
    for (const event of waitingUpgrade) expect((await loop.next()).value).toEqual(event);
    await expect(loop.next()).rejects.toMatchObject({ code: 'detached' });
    expect(operation.getSnapshot()).toMatchObject({
      operation: { status: 'awaiting_burn' },
      connection: { state: 'closed', reason: 'detached' },
    });
    expect(server.requests.map((request) => request.method)).toEqual(['POST']);
  });

  test('an aborted signal is a detach of its own code; close() and using detach too', async () => {
    const server = createScriptedServer({ process: upgrade, log: waitingUpgrade });
    const client = createUpgradeClient({
      baseUrl: '',
      environment: { ...quietEnvironment, fetch: memoryFetch(server) },
    });
    const controller = new AbortController();
    const aborted = client.upgrade.start({ targetTierId: 'gold' }, { signal: controller.signal });
    controller.abort();
    await expect(aborted.done).rejects.toMatchObject({ code: 'aborted' });
    const attached = client.upgrade.attach('upg_1');
    const { done } = (() => {
      using scoped = client.upgrade.attach('upg_1');
      return scoped;
    })();
    await expect(done).rejects.toMatchObject({ code: 'detached' });
    client.close();
    await expect(attached.done).rejects.toMatchObject({ code: 'detached' });
    expect(() => client.upgrade.attach('upg_1')).toThrow(
      expect.objectContaining({ code: 'detached' }),
    );
  });

  test('cancel() is a request the server may refuse; the operation is as it was', async () => {
    const { operation, server } = over({
      commands: { cancel: () => refusal('cancel_refused', 'burned_owed') },
    });
    await operation.started;
    await settle();
    const before = operation.getSnapshot();
    await expect(operation.cancel()).rejects.toMatchObject({
      code: 'cancel_refused',
      operationId: 'upg_1',
      asset: 'burned_owed',
    });
    expect(operation.getSnapshot()).toBe(before);
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/api/v1/nft/upgrade/upg_1/cancel',
    });
    operation.detach();
  });

  test('retry() of a healthy connection is the command', async () => {
    const { operation, server } = over({ commands: { retry: () => ({ status: 202 }) } });
    await operation.started;
    await settle();
    await operation.retry();
    expect(server.requests.at(-1)?.path).toBe('/api/v1/nft/upgrade/upg_1/retry');
    operation.detach();
  });

  test('a command with an aborted signal rejects, and its signal keeps nothing of it', async () => {
    const { operation } = over();
    const controller = new AbortController();
    controller.abort();
    await expect(operation.cancel({ signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    operation.detach();
  });
});

test('two idle clients cost no timers and no listeners; a detached operation neither', async () => {
  const time = createTestClock();
  const signals = createTestSignals();
  const server = createScriptedServer({ process: upgrade, log: waitingUpgrade });
  const environment = {
    ...quietEnvironment,
    clock: time.clock,
    onSignal: signals.onSignal,
    fetch: memoryFetch(server),
  };
  const [one] = [
    createUpgradeClient({ baseUrl: '', environment }),
    createUpgradeClient({ baseUrl: '', environment }),
  ];
  expect([time.pending, signals.listening]).toEqual([0, 0]);
  const operation = one.upgrade.start({ targetTierId: 'gold' });
  await time.settle();
  expect(operation.getSnapshot().connection.state).toBe('live');
  expect([time.pending, signals.listening]).toEqual([1, 1]);
  operation.detach();
  await time.settle();
  expect([time.pending, signals.listening]).toEqual([0, 0]);
});

describe('what is missing is named', () => {
  test('no fetch', async () => {
    const { fetch } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'fetch');
      const operation = createUpgradeClient({ baseUrl: 'http://127.0.0.1:9' }).upgrade.start({
        targetTierId: 'gold',
      });
      await expect(operation.done).rejects.toMatchObject({
        code: 'missing_capability',
        details: { capability: 'fetch' },
      });
    } finally {
      globalThis.fetch = fetch;
    }
  });

  test('an option that does not exist, or is no number', () => {
    expect(() => createUpgradeClient({ baseUrl: '', timing: { responseMs: -1 } })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining('timing.responseMs'),
      }),
    );
    const misspelt = { respondMs: 5, responseMs: 5 };
    expect(() => createUpgradeClient({ baseUrl: '', timing: misspelt })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining('responseMs'),
      }),
    );
  });
});
