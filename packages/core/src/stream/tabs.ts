import { type Channel, channelOf, type Locks, locksOf, quietly } from '../client/environment.ts';
import type { Snapshot } from '../machine/types.ts';
import { type Connection, idleConnection } from './connection.ts';
import { type Follow, type Follower, type FollowOptions, follow } from './follow.ts';
import { createListener, type Listener } from './tabs-listen.ts';
import { createTabsLock, type TabsLock } from './tabs-lock.ts';
import {
  isStuckState,
  readTabMessage,
  type TabMessage,
  tabsName,
  writeTabMessage,
} from './tabs-message.ts';

/**
 * A tab that has stolen the lock, was stolen from, or left the others does none of these again for
 * so long: it goes on alone. Milliseconds.
 */
const CALM_MS = 30_000;

/**
 * One connection an operation for all tabs of the origin: the tab that holds a Web Lock has it, the
 * others receive every event over a BroadcastChannel. When that tab closes, or cannot connect, the
 * next one goes on from its own cursor. What a tab misses it reads from the server. Where locks or
 * channels are missing or do not work, each tab has its own connection.
 *
 * ```ts
 * createUpgradeClient({ baseUrl: '', tabs: acrossTabs() })
 * ```
 */
export const acrossTabs =
  (): Follow =>
  (options: FollowOptions): Follower => {
    const locks = locksOf(options.environment);
    const channel = channelOf(options.environment);
    return locks && channel && !options.snapshot?.terminal
      ? followTogether(options, locks, channel)
      : follow(options);
  };

function followTogether(
  options: FollowOptions,
  locks: Locks,
  openChannel: (name: string) => Channel,
): Follower {
  const { clock } = options.environment;
  let id = options.id;
  let snapshot: Snapshot | null = options.snapshot;
  let connection: Connection = idleConnection;
  let stopped = false;
  /** Tabs are of no use here: this one has its own connection for good. */
  let alone = false;
  let channel: Channel | null = null;
  /** The connection of this tab. */
  let leader: Follower | null = null;
  let listener: Listener | null = null;
  let lock: TabsLock | null = null;
  /** True while this tab waits for its turn: another one has the lock. */
  let queued = false;
  /** True until it is known whether another one has it. */
  let asking = false;
  let turbulentAt = -Infinity;
  const queue = new AbortController();

  const holds = () => lock?.holds() === true;
  const isCalm = () => Math.abs(clock.now() - turbulentAt) >= CALM_MS;

  const broadcast = (message: TabMessage) => {
    if (stopped || alone) return;
    try {
      channel?.postMessage(writeTabMessage(message));
    } catch {
      // Later: followers and listeners broadcast while they are being made.
      queueMicrotask(goAlone);
    }
  };
  const broadcastState = () => {
    const { nextRetryAt } = connection;
    const waitMs = nextRetryAt === null ? null : Math.max(0, nextRetryAt - clock.now());
    broadcast({ kind: 'connection', connection, waitMs, cursor: snapshot?.seq ?? 0 });
  };

  const onConnection = (shown: Connection) => {
    connection = shown;
    if (holds() && isStuckState(shown.state)) lock?.release();
    else if (holds()) broadcastState();
    else if (leader && shown.attempt === 0 && isHealthy(shown)) rejoin();
    if (shown.state === 'closed') end();
    options.onConnection(shown);
  };
  const onEvents: FollowOptions['onEvents'] = (events, folded) => {
    snapshot = folded;
    options.onEvents(events, folded);
  };

  const lead = () => {
    listener?.stop();
    listener = null;
    leader ??= follow({
      ...options,
      start: id === null ? options.start : null,
      id,
      snapshot,
      onIdentified(given) {
        id = given;
        options.onIdentified(given);
        join(given);
      },
      onEvents,
      onConnection,
      record(entry) {
        options.record?.(entry);
        if (!holds() || entry.kind !== 'chunk') return;
        const { events, heartbeatMs } = entry;
        broadcast({ kind: 'chunk', events, heartbeatMs, cursor: snapshot?.seq ?? 0 });
      },
    });
  };

  const listen = () => {
    if (stopped || alone || id === null || listener) return;
    leader?.stop();
    leader = null;
    listener = createListener({
      ...options,
      id,
      snapshot,
      onEvents,
      onConnection,
      ask: () => broadcast({ kind: 'hello' }),
      onLost(why) {
        if (why === 'unanswered') lead();
        else if (isCalm()) takeLock('steal');
        else goAlone();
        turbulentAt = clock.now();
      },
    });
  };

  const goAlone = () => {
    if (alone || stopped) return;
    alone = true;
    closeAll();
    lead();
  };

  /** `free`: only if no other tab has it. `turn`: as soon as no other tab has it. */
  const takeLock = (how: 'free' | 'turn' | 'steal'): void => {
    if (how === 'turn') queued = true;
    else asking = true;
    const request = {
      free: { ifAvailable: true },
      turn: { signal: queue.signal },
      steal: { steal: true },
    } as const;
    void lock?.request(request[how]).then((result) => {
      if (how === 'turn') queued = false;
      else asking = false;
      if (stopped || alone || result === 'released') return;
      if (result === 'unavailable') return goAlone();
      if (result === 'stolen') turbulentAt = clock.now();
      listen();
      if (!queued) takeLock('turn');
    });
  };

  /** This tab has gone its own way, and is well again. */
  const rejoin = () => {
    if (alone || stopped || asking || !lock || !isCalm()) return;
    turbulentAt = clock.now();
    if (queued) listen();
    else takeLock('free');
  };

  const join = (operationId: string) => {
    channel = quietly(() => openChannel(tabsName(operationId))) ?? null;
    if (!channel) return goAlone();
    channel.onmessage = ({ data }) => {
      const message = readTabMessage(data, clock.now());
      if (!message || stopped || alone) return;
      if (!holds()) listener?.receive(message);
      else if (message.kind === 'hello') broadcastState();
      else if (message.kind === 'poke') leader?.poke();
    };
    lock = createTabsLock(locks, clock, tabsName(operationId), () => {
      queued = false;
      asking = false;
      if (stopped || alone || (leader && isStuckState(connection.state))) return false;
      lead();
      broadcastState();
      return true;
    });
    takeLock('free');
  };

  const closeAll = () => {
    queue.abort();
    listener?.stop();
    listener = null;
    lock?.release();
    // The last messages of a leader are on their way; a closed channel would drop them.
    const last = channel;
    channel = null;
    queueMicrotask(() => quietly(() => last?.close()));
  };
  const end = () => {
    if (stopped) return;
    closeAll();
    stopped = true;
  };

  if (id === null) lead();
  else join(id);

  return {
    retry: () => leader?.retry() ?? false,
    poke: () => (leader ? leader.poke() : broadcast({ kind: 'poke' })),
    stop() {
      leader?.stop();
      end();
    },
  };
}

const isHealthy = ({ state }: Connection): boolean => state === 'live' || state === 'polling';
