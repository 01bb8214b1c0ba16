import { describe, expect, test } from 'vitest';
import { createUpgradeClient } from '../index.ts';
import { upgrade } from '../processes/index.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { quietEnvironment, startOver } from '../stream/fixtures/run.ts';
import {
  createScriptedServer,
  type Fault,
  problem,
  startKeys,
} from '../stream/fixtures/scripted-server.ts';
import type { KeyStorage } from './environment.ts';

const log = recordings.upgrade;

describe('C1 one start, whatever is lost', () => {
  test.each<[string, Fault]>([
    ['the request or its headers', { lost: true }],
    ['the first frame of an answer that names nothing', { withoutLocation: true, cutAfter: 40 }],
    [
      'everything but the headers of an answer that names nothing',
      { withoutLocation: true, cutAfter: 0 },
    ],
    ['a 500', problem(500, 'internal')],
    ['a 429', problem(429, 'rate_limited')],
  ])('%s: repeated with the same key', async (_, fault) => {
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: (_request, index) => (index === 0 ? fault : undefined),
    });
    const { operation } = startOver(upgrade, server);
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
    const keys = startKeys(server);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[\x21-\x7e]{8,128}$/);
  });

  test.each<[string, Fault]>([
    ['headers that name it', { cutAfter: 0 }],
    ['a first frame, without headers that name it', { withoutLocation: true, cutAfter: 600 }],
  ])('known by %s: never again', async (_, fault) => {
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: (_request, index) => (index === 0 ? fault : index < 6 ? { cutAfter: 100 } : undefined),
    });
    const { operation } = startOver(upgrade, server);
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
    expect(server.posts).toBe(1);
    await expect(operation.started).resolves.toBe('upg_1');
  });

  test('a start that was given up keeps its key for the next click', async () => {
    let down = true;
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: () => (down ? { lost: true } : undefined),
    });
    const client = createUpgradeClient({
      baseUrl: '',
      environment: { ...quietEnvironment, fetch: memoryFetch(server) },
      limits: { maxAttempts: 2 },
    });
    const first = client.upgrade.start({ targetTierId: 'gold' });
    await new Promise((resolve) =>
      first.subscribe(() => first.getSnapshot().connection.state === 'gave_up' && resolve(null)),
    );
    first.detach();
    down = false;
    await client.upgrade.start({ targetTierId: 'gold' }).done;
    expect(new Set(startKeys(server)).size).toBe(1);
    await client.upgrade.start({ targetTierId: 'gold' }).done;
    expect(new Set(startKeys(server)).size).toBe(2);
  });

  test('a command about an operation without an id is refused with the reason', async () => {
    const server = createScriptedServer({ process: upgrade, log, fault: () => ({ lost: true }) });
    const { operation } = startOver(upgrade, server, undefined, { limits: { maxAttempts: 2 } });
    await new Promise((resolve) =>
      operation.subscribe(
        () => operation.getSnapshot().connection.state === 'gave_up' && resolve(null),
      ),
    );
    await expect(operation.cancel()).rejects.toMatchObject({ code: 'connection_gave_up' });
    operation.detach();
  });

  test('a double click shares the key; another input does not', async () => {
    const server = createScriptedServer({ process: upgrade, log });
    const client = createUpgradeClient({
      baseUrl: '',
      environment: { ...quietEnvironment, fetch: memoryFetch(server) },
    });
    const operations = [
      client.upgrade.start({ targetTierId: 'gold' }),
      client.upgrade.start({ targetTierId: 'gold' }),
      client.upgrade.start({ targetTierId: 'black' }),
    ];
    await Promise.all(operations.map((operation) => operation.done));
    const [a, b, c] = startKeys(server);
    expect(a).toBe(b);
    expect(c).not.toBe(a);
  });

  test('a reload in mid-start repeats the same one; the storage holds ids only', async () => {
    const kept = new Map<string, string>();
    const storage: KeyStorage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: (_request, index) => (index === 0 ? { hang: true } : undefined),
    });
    const load = () =>
      createUpgradeClient({
        baseUrl: '',
        getToken: () => 'secret-token',
        environment: { ...quietEnvironment, storage, fetch: memoryFetch(server) },
      });
    const before = load();
    before.upgrade.start({ targetTierId: 'gold' });
    await new Promise((resolve) => setImmediate(resolve));
    expect([...kept.entries()].flat().join()).not.toContain('secret');
    expect(kept.size).toBe(1);
    await load().upgrade.start({ targetTierId: 'gold' }).done;
    expect(new Set(startKeys(server)).size).toBe(1);
    expect(kept.size).toBe(0);
    before.close();
  });

  test('a storage that throws is no obstacle', async () => {
    const forbidden = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    const server = createScriptedServer({ process: upgrade, log });
    const storage = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
    const { operation } = startOver(upgrade, server, undefined, { environment: { storage } });
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
  });
});

describe('a definite refusal', () => {
  test('C3 ends the start with its code, once, and nothing is left pending', async () => {
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: () => problem(409, 'idempotency_conflict'),
    });
    const { operation } = startOver(upgrade, server);
    await expect(operation.done).rejects.toMatchObject({
      code: 'idempotency_conflict',
      retryable: false,
    });
    await expect(operation.started).rejects.toMatchObject({ code: 'idempotency_conflict' });
    await expect(operation[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(operation.getSnapshot()).toMatchObject({
      id: null,
      operation: null,
      connection: { state: 'closed', reason: 'refused', error: { code: 'idempotency_conflict' } },
    });
    expect(server.requests).toHaveLength(1);
  });

  test('N1 a redirect is none, is not followed, and ends the start within its bound', async () => {
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: () => ({
        reply: { status: 307, headers: { location: 'https://elsewhere.example' }, end: 'close' },
      }),
    });
    const { operation } = startOver(upgrade, server);
    await expect(operation.done).rejects.toMatchObject({ code: 'connection_gave_up' });
    expect(operation.getSnapshot().connection).toMatchObject({
      state: 'closed',
      reason: 'intermediary',
    });
    expect(server.requests).toHaveLength(15);
    expect(new Set(startKeys(server)).size).toBe(1);
  });

  test('a wrong input is refused before anything is sent, with the field', () => {
    const server = createScriptedServer({ process: upgrade, log });
    const client = createUpgradeClient({
      baseUrl: '',
      environment: { ...quietEnvironment, fetch: memoryFetch(server) },
    });
    const start = () => client.upgrade.start({ targetTierId: '' });
    expect(start).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: expect.objectContaining({ field: 'targetTierId' }),
      }),
    );
    expect(server.requests).toHaveLength(0);
  });
});
