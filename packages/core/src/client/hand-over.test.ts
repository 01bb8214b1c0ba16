import { describe, expect, test } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { waitingUpgrade } from '../stream/fixtures/recordings.ts';
import { createScriptedServer, problem } from '../stream/fixtures/scripted-server.ts';
import { createTestSignals } from '../stream/fixtures/test-clock.ts';
import type { KeyStorage } from './environment.ts';
import { SIGNED, waiting } from './fixtures/signing-environment.ts';

function createStorage() {
  const kept = new Map<string, string>();
  const storage: KeyStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
  const names = () => [...kept.keys()].filter((name) => name.includes(':signed:'));
  return { storage, names };
}
const page404 = { reply: { status: 404, headers: {}, body: new TextEncoder().encode('no') } };

describe('a signed burn', () => {
  test.each([302, 400, 403, 404, 405, 413, 451])(
    'N1 a %i of somebody else neither drops it nor opens a second prompt',
    async (status) => {
      const environment = await waiting({
        confirm: (_, times) =>
          times < 3 ? { reply: { status, headers: {}, body: new Uint8Array() } } : undefined,
      });
      const signing = environment.operation.sign().then(
        () => 'handed over',
        ({ code }) => code,
      );
      await environment.time.advance(30_000);
      expect(await signing).toBe('handed over');
      expect(environment.patches()).toHaveLength(4);
      expect(environment.prompts).toHaveLength(1);
      environment.client.close();
    },
  );

  test('is handed over after a reload, until the server itself has answered', async () => {
    const { storage, names } = createStorage();
    const before = await waiting({ confirm: () => page404, environment: { storage } });
    before.operation.sign().catch(() => undefined);
    await before.time.advance(10_000);
    expect(names()).toEqual(['aiw3-nft-upgrade:signed:upg_1']);

    const after = await waiting({
      confirm: (_, times) => (times === 0 ? page404 : undefined),
      environment: { storage },
    });
    await after.time.advance(10_000);
    expect(after.patches().slice(0, 2)).toEqual([
      { signedTransaction: SIGNED },
      { signedTransaction: SIGNED },
    ]);
    expect(after.walletState().state).toBe('submitted');
    expect(after.prompts).toHaveLength(0);
    expect(names()).toEqual([]);
    before.client.close();
    after.client.close();
  });

  test('is forgotten once the server has refused it', async () => {
    const { storage, names } = createStorage();
    const environment = await waiting({
      confirm: () => problem(422, 'wrong_account'),
      environment: { storage },
    });
    await expect(environment.operation.sign()).rejects.toMatchObject({ code: 'wrong_account' });
    expect(names()).toEqual([]);
    environment.client.close();
  });

  test('goes out without keepalive where its quota is used up', async () => {
    const keepalive: unknown[] = [];
    const server = createScriptedServer({ process: upgrade, log: [...waitingUpgrade] });
    const memory = memoryFetch(server);
    const environment = await waiting({
      environment: {
        fetch: (input, init) => {
          if (!input.endsWith('confirm-burn')) return memory(input, init);
          keepalive.push(init.keepalive);
          return init.keepalive
            ? Promise.reject(new TypeError('quota'))
            : Promise.resolve(new Response(null, { status: 502 }));
        },
      },
    });
    environment.operation.sign().catch(() => undefined);
    await environment.time.advance(5_000);
    expect(keepalive.slice(0, 4)).toEqual([true, false, true, false]);
    environment.client.close();
  });

  test('a signal of the device shortens the wait', async () => {
    const signals = createTestSignals();
    let down = true;
    const environment = await waiting({
      confirm: () => (down ? { lost: true } : undefined),
      environment: { random: () => 1, onSignal: signals.onSignal },
    });
    const signing = environment.operation.sign();
    await environment.time.advance(120_000);
    down = false;
    signals.emit('online');
    await environment.time.settle();
    await signing;
    environment.client.close();
  });
});
