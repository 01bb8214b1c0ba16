import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createUpgradeClient } from '../index.ts';
import { upgrade } from '../processes/index.ts';
import { createLiveServer } from '../stream/fixtures/live-server.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { quietEnvironment } from '../stream/fixtures/run.ts';

const HEARTBEAT_MS = 15_000;
const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([-HOUR_MS, 6_000, HOUR_MS, -30 * 24 * HOUR_MS, 30 * 24 * HOUR_MS])(
  'N4 the device’s clock is set by %i ms: the stream stays, and a dead one is noticed in time',
  async (jumpMs) => {
    const server = createLiveServer(upgrade, recordings.upgrade, HEARTBEAT_MS);
    const requests: string[] = [];
    const client = createUpgradeClient({
      baseUrl: '',
      environment: {
        ...quietEnvironment,
        random: () => 0.5,
        fetch: (input, init) => {
          requests.push(input);
          return server.fetch(input, init);
        },
      },
    });
    const operation = client.upgrade.start({ targetTierId: 'gold' });
    const pass = async (heartbeats: number, alive: boolean) => {
      for (let count = 0; count < heartbeats; count++) {
        await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
        if (alive) server.heartbeat(performance.now());
        await vi.advanceTimersByTimeAsync(0);
      }
    };
    await pass(3, true);
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    vi.setSystemTime(Date.now() + jumpMs);
    await pass(4, true);
    expect(operation.getSnapshot().connection.state).toBe('live');
    expect(requests).toHaveLength(1);
    expect(setTimer.mock.calls.length).toBeLessThan(50);
    await pass(3, false);
    // One page at half of the silence, and another stream after it.
    expect(requests.length).toBeGreaterThan(2);
    client.close();
  },
);
