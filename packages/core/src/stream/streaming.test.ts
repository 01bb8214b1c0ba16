import { describe, expect, test } from 'vitest';
import { log, scripted } from './fixtures/environments.ts';
import { waitingUpgrade } from './fixtures/recordings.ts';
import { createTestClock } from './fixtures/test-clock.ts';
import { createStreaming } from './streaming.ts';

const streamingOver = (maxStreams = 4, releaseHidden = false) => {
  const time = createTestClock();
  const { clock } = time;
  return {
    time,
    streaming: createStreaming({ clock, maxStreams: () => maxStreams, releaseHidden }),
  };
};
const doubt = { reason: 'streaming_unavailable', forMs: 0 } as const;

describe('N3 streaming is a belief', () => {
  test('a doubt expires, and the next one lasts twice as long, within four minutes', async () => {
    const { time, streaming } = streamingOver();
    const lasted: number[] = [];
    for (let round = 0; round < 7; round++) {
      streaming.doubt(doubt);
      const since = time.clock.now();
      for (let tries = 0; streaming.why() && tries < 1_000; tries++) await time.advance(1_000);
      lasted.push((time.clock.now() - since) / 1_000);
    }
    expect(lasted).toEqual([15, 30, 60, 120, 240, 240, 240]);
    streaming.trust();
    streaming.doubt(doubt);
    await time.advance(15_000);
    expect(streaming.why()).toBeNull();
  });

  test('what several operations meet at once is one experience', async () => {
    const { time, streaming } = streamingOver();
    for (let operation = 0; operation < 5; operation++) streaming.doubt(doubt);
    await time.advance(15_000);
    expect(streaming.why()).toBeNull();
  });

  test('a server that asks for a while is given it, within the bound', async () => {
    const { time, streaming } = streamingOver();
    streaming.doubt({ reason: 'busy', forMs: 60_000 });
    await time.advance(59_000);
    expect(streaming.why()).toBe('busy');
    await time.advance(1_000);
    streaming.doubt({ reason: 'busy', forMs: 3_600_000 });
    await time.advance(240_000);
    expect(streaming.why()).toBeNull();
  });

  test('an outage of streams alone: the page shows all meanwhile, and streams again', async () => {
    const growing = [...waitingUpgrade];
    let out = true;
    const environment = scripted({
      log: growing,
      fault: (request, index) => {
        if (index === 0) return { cutAfter: 5_000 };
        return out && request.headers.get('accept') === 'text/event-stream'
          ? { lost: true }
          : undefined;
      },
    });
    await environment.time.advance(30_000);
    growing.push(...log.slice(3, 5));
    await environment.time.advance(10_000);
    expect(environment.operation.getSnapshot().operation?.seq).toBe(5);
    expect(environment.connection()).toMatchObject({ state: 'polling', attempt: 0 });
    out = false;
    let live = false;
    environment.operation.subscribe(() => {
      live ||= environment.connection().state === 'live';
    });
    await environment.time.advance(300_000);
    expect(live).toBe(true);
    environment.client.close();
  });
});

describe('room for commands', () => {
  test('as many streams as there is room for; a place that is left is taken again', () => {
    const { streaming } = streamingOver(2);
    const [one, two, three] = [false, false, false].map((page) => streaming.open(page));
    expect([one?.mode, two?.mode, three?.mode]).toEqual(['stream', 'stream', 'poll']);
    expect(streaming.why()).toBe('connection_limit');
    three?.close();
    one?.close();
    expect(streaming.open(false).mode).toBe('stream');
  });

  test('a hidden page gives its streams up only where the host has chosen that', () => {
    expect(streamingOver(4, false).streaming.hide(true)).toBe(false);
    const { streaming } = streamingOver(4, true);
    expect(streaming.hide(true)).toBe(true);
    expect(streaming.why()).toBe('hidden');
    streaming.hide(false);
    expect(streaming.why()).toBeNull();
  });
});
