import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../client/operation.ts';
import { createUpgradeClient, type Processes, type UpgradeClientOptions } from '../index.ts';
import { foldAll } from '../machine/reduce.ts';
import type { OperationEvent } from '../machine/types.ts';
import { upgrade } from '../processes/index.ts';
import { createLiveServer } from './fixtures/live-server.ts';
import { recordings } from './fixtures/recordings.ts';
import { quietEnvironment } from './fixtures/run.ts';
import { createTabHub } from './fixtures/tab-hub.ts';
import { createTestClock, createTestSignals } from './fixtures/test-clock.ts';
import { acrossTabs } from './tabs.ts';
import { tabsName } from './tabs-message.ts';

const log = recordings.upgrade;

/** Tabs of one origin, each with its own client, over one server and one clock. */
function browser(loses?: () => boolean) {
  const time = createTestClock();
  const server = createLiveServer(upgrade, log, 4_000);
  const hub = createTabHub(loses);
  const tab = (options: Partial<UpgradeClientOptions<Processes>> = {}) => {
    const signals = createTestSignals();
    const client = createUpgradeClient<Processes>({
      baseUrl: '',
      processes: { upgrade },
      tabs: acrossTabs(),
      ...options,
      environment: {
        ...quietEnvironment,
        ...hub.environment,
        clock: time.clock,
        onSignal: signals.onSignal,
        fetch: (input, init) => server.fetch(input, init),
        ...options.environment,
      },
    });
    const seen: OperationEvent[] = [];
    const listen = (operation: Operation) => {
      void (async () => {
        for await (const event of operation) seen.push(event);
      })().catch(() => undefined);
      return operation;
    };
    return {
      client,
      signals,
      seen,
      start: () => listen(client.process('upgrade').start({ targetTierId: 'gold' })),
      attach: () => listen(client.process('upgrade').attach(server.id)),
    };
  };
  return { time, server, hub, tab };
}

describe('C2: tabs share one connection', () => {
  it('the second hears what the first receives, and both end whole', async () => {
    const { time, server, hub, tab } = browser();
    const [one, two] = [tab(), tab()];
    const first = one.start();
    server.grow(2);
    await time.settle();
    const second = two.attach();
    await time.settle();
    expect(second.getSnapshot().connection.state).toBe('live');
    server.grow(3);
    await time.settle();
    expect(second.getSnapshot().operation).toEqual(first.getSnapshot().operation);
    server.grow(log.length);
    expect(await first.done).toEqual(foldAll(upgrade, log));
    expect(await second.done).toEqual(foldAll(upgrade, log));
    await time.settle();
    expect(one.seen).toEqual(log);
    expect(two.seen).toEqual(log);
    expect([server.posts, server.mostStreams, hub.open, time.pending]).toEqual([1, 1, 0, 0]);
    expect(second.counters).toMatchObject({ duplicates: 0, gaps: 0 });
  });

  it('the next one goes on from its cursor when the first closes', async () => {
    const { time, server, tab } = browser();
    const [one, two, three] = [tab(), tab(), tab()];
    one.start();
    server.grow(4);
    await time.settle();
    const second = two.attach();
    const third = three.attach();
    await time.settle();
    one.client.close();
    await time.settle();
    expect(server.streams).toBe(1);
    server.grow(log.length);
    expect((await second.done).status).toBe('completed');
    expect((await third.done).status).toBe('completed');
    await time.settle();
    expect([two.seen, three.seen]).toEqual([log, log]);
    expect([server.posts, server.mostStreams]).toEqual([1, 1]);
  });

  it('a start that joined the operation of another tab gives its own connection up', async () => {
    const { time, server, tab } = browser();
    tab().start();
    await time.settle();
    const two = tab();
    const second = two.start();
    await time.settle();
    expect(server.streams).toBe(1);
    server.grow(log.length);
    await second.done;
    await time.settle();
    expect(two.seen).toEqual(log);
  });

  it('a lost message is noticed by the next one, whatever that is', async () => {
    let losing = false;
    const { time, server, tab } = browser(() => losing);
    tab().start();
    server.grow(3);
    await time.settle();
    const second = tab().attach();
    await time.settle();
    losing = true;
    server.grow(2);
    await time.settle();
    expect(second.getSnapshot().operation?.seq).toBe(3);
    losing = false;
    server.heartbeat();
    await time.settle();
    expect(second.getSnapshot().operation?.seq).toBe(5);
    expect(server.mostStreams).toBe(1);
  });

  it('a tab that is silent for too long loses the connection to one that listens', async () => {
    let silent = false;
    const { time, server, tab } = browser(() => silent);
    tab().start();
    server.grow(3);
    await time.settle();
    const second = tab().attach();
    await time.settle();
    server.heartbeat();
    await time.settle();
    silent = true;
    // A heartbeat of 4 s × 2.5, and 15 s for an answer on top.
    await time.advance(24_000);
    expect(second.counters.attempts).toBe(second.counters.polls);
    await time.advance(2_000);
    server.grow(2);
    await time.settle();
    expect(second.getSnapshot()).toMatchObject({
      operation: { seq: 5 },
      connection: { state: 'live' },
    });
  });

  it('N5: a tab whose token is refused lets go, and one with a good token goes on', async () => {
    const { time, server, tab } = browser();
    let refused = 0;
    const refusing = async (input: string, init: RequestInit): Promise<Response> => {
      if (server.posts === 0 || init.headers === undefined || refused === 0)
        return server.fetch(input, init);
      return new Response(null, { status: 401 });
    };
    const one = tab({ environment: { fetch: refusing }, getToken: () => 'old' });
    const first = one.start();
    server.grow(3);
    await time.settle();
    const two = tab({ getToken: () => 'fresh' });
    const second = two.attach();
    await time.settle();
    refused = 1;
    server.cut();
    await time.advance(1_000);
    expect(first.getSnapshot().connection.state).toBe('auth_required');
    expect(second.getSnapshot().connection.state).toBe('live');
    server.grow(log.length);
    expect((await second.done).status).toBe('completed');
  });

  it('what the server refuses to one tab is not shown to it by another', async () => {
    const { time, server, tab } = browser();
    tab().start();
    server.grow(3);
    await time.settle();
    const stranger = tab({
      environment: {
        fetch: () =>
          Promise.resolve(new Response(null, { status: 404, headers: { 'nft-protocol': '1' } })),
      },
    });
    const operation = stranger.attach();
    await time.settle();
    expect(operation.getSnapshot()).toMatchObject({
      operation: null,
      connection: { state: 'gave_up', reason: 'not_found' },
    });
  });

  it('without locks or a channel, or where locks are refused, each tab has its own', async () => {
    const refusingLocks = {
      request: () => Promise.reject(new DOMException('denied', 'SecurityError')),
    };
    for (const environment of [{ locks: null }, { channel: null }, { locks: refusingLocks }]) {
      const { time, server, tab } = browser();
      const operations = [tab({ environment }).start(), tab({ environment }).attach()];
      await time.settle();
      expect(server.streams).toBe(2);
      server.grow(log.length);
      for (const operation of operations) expect((await operation.done).status).toBe('completed');
    }
  });

  it('messages of no kind, or of another version, change nothing', async () => {
    const { time, server, hub, tab } = browser();
    tab().start();
    server.grow(3);
    await time.settle();
    const second = tab().attach();
    await time.settle();
    const noise = hub.environment.channel(tabsName(server.id));
    const before = second.getSnapshot().operation;
    for (const data of [
      '',
      '{',
      'null',
      '[]',
      '{"kind":"connection"}',
      '{"kind":"chunk","events":1}',
      '{"kind":"new"}',
    ])
      noise.postMessage(data);
    noise.postMessage(
      JSON.stringify({
        kind: 'chunk',
        events: [{ ...log[3], progress: 1_000 }],
        heartbeatMs: 4_000,
        cursor: 0,
      }),
    );
    noise.close();
    await time.settle();
    expect(second.getSnapshot().operation).toEqual(before);
    expect(second.counters.protocolErrors).toBe(1);
    server.grow(log.length);
    expect((await second.done).status).toBe('completed');
  });
});

it('C2, C7: tabs that come and go, over cuts and lost messages, see every event once', async () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant('grow' as const) },
    { weight: 2, arbitrary: fc.constant('open' as const) },
    fc.constantFrom('close' as const, 'cut' as const, 'wake' as const),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 14 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      async (actions, losses) => {
        let message = 0;
        const { time, server, tab } = browser(
          () => losses[message++ % losses.length] === true && message < 200,
        );
        const first = tab();
        const tabs = [{ ...first, operation: first.start() }];
        await time.settle();
        for (const what of actions) {
          if (what === 'grow' && server.streams > 0) server.grow();
          else if (what === 'open') {
            const next = tab();
            tabs.push({ ...next, operation: next.attach() });
          } else if (what === 'close' && tabs.length > 1) tabs.shift()?.client.close();
          else if (what === 'cut') server.cut();
          else if (what === 'wake') tabs[0]?.signals.emit('visible');
          await time.settle();
        }
        for (let step = 0; step < 40; step++) {
          server.grow();
          await time.advance(1_500);
          server.heartbeat();
        }
        for (const { operation, seen, client } of tabs) {
          expect((await operation.done).status).toBe('completed');
          await time.settle();
          expect(seen).toEqual(log);
          client.close();
        }
        expect(server.posts).toBe(1);
      },
    ),
    { numRuns: 40 },
  );
});
