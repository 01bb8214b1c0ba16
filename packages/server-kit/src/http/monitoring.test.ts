import { virtualTime } from '@aiw3/nft-upgrade/testing';
import { describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { begin, call, START, setup } from './fixtures/setup.ts';

const ask = async (kit: ReturnType<typeof setup>, path: string, method = 'GET') => {
  const response = await call(kit.handler, method, `/api/v1/monitoring/${path}`, { user: null });
  return [response.status, method === 'HEAD' ? null : await response.json()];
};

describe('what a monitor asks, without being signed in', () => {
  it('is alive as long as it answers, and ready as long as it takes streams', async () => {
    const kit = setup();
    expect(await ask(kit, 'live')).toEqual([200, { status: 'live' }]);
    expect(await ask(kit, 'ready')).toEqual([200, { status: 'ready' }]);
    expect(await ask(kit, 'ready', 'HEAD')).toEqual([200, null]);
    expect((await ask(kit, 'ready', 'POST'))[0]).toBe(405);
    await kit.handler.drain();
    expect(await ask(kit, 'live')).toEqual([200, { status: 'live' }]);
    expect(await ask(kit, 'ready')).toEqual([503, { status: 'not_ready', reason: 'draining' }]);
  });

  it('asks the host, who may say no, throw, or hang', async () => {
    const notReady = [503, { status: 'not_ready', reason: 'dependencies' }];
    expect(await ask(setup({ ready: async () => true }), 'ready')).toEqual([
      200,
      { status: 'ready' },
    ]);
    expect(await ask(setup({ ready: async () => false }), 'ready')).toEqual(notReady);
    const failing = setup({
      ready: async () => {
        throw new Error('no database');
      },
    });
    expect([await ask(failing, 'ready'), failing.errors.length]).toEqual([notReady, 1]);
    const time = virtualTime();
    const hanging = ask(setup({ clock: time.clock, ready: () => new Promise(() => {}) }), 'ready');
    await time.advance(2_000);
    expect([await hanging, time.pending]).toEqual([notReady, 0]);
  });
});

it('getStats has the fields of the guide, and knows which operations are shown', async () => {
  const kit = setup();
  const id = await begin(kit.operations);
  const open = async () => framesOf(await call(kit.handler, 'GET', `${START}/${id}/events`));
  const [one, two] = [await open(), await open()];
  expect(kit.handler.getStats()).toEqual({
    total: 2,
    active: 2,
    completed: 0,
    failed: 0,
    activeConnections: [id],
    memoryUsage: expect.objectContaining({ heapUsed: expect.any(Number) }),
    uptime: expect.any(Number),
  });
  await Promise.all([one.cancel(), two.cancel()]);
  expect(kit.handler.getStats().activeConnections).toEqual([]);
});
