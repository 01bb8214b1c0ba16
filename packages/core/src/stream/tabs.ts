import { type Channel, channelOf, type Locks, locksOf } from '../client/environment.ts';
import type { Snapshot } from '../machine/types.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { type Connection, idleConnection } from './connection.ts';
import { type Follow, type Follower, type FollowOptions, follow } from './follow.ts';
import { createListener, type Listener } from './tabs-listen.ts';
import { readTabMessage, type TabMessage, writeTabMessage } from './tabs-message.ts';

/**
 * One connection an operation for all tabs of the origin: the tab that holds a Web Lock has it, the
 * others receive every event over a BroadcastChannel. When that tab closes, the next one goes on
 * from its own cursor. What a tab misses it reads from the server. Where locks or channels are
 * missing, each tab has its own connection.
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
  let id = options.id;
  let snapshot: Snapshot | null = options.snapshot;
  let connection: Connection = idleConnection;
  let stopped = false;
  let channel: Channel | null = null;
  /** The connection of this tab. */
  let leader: Follower | null = null;
  let listener: Listener | null = null;
  /** True while this tab broadcasts to all: it holds the lock. */
  let holds = false;
  let release: (() => void) | null = null;
  const queue = new AbortController();

  const cursor = () => snapshot?.seq ?? 0;
  const broadcast = (message: TabMessage) => {
    if (!stopped) channel?.postMessage(writeTabMessage(message));
  };
  const onConnection = (shown: Connection) => {
    connection = shown;
    if (holds) broadcast({ kind: 'connection', connection, cursor: cursor() });
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
        if (!holds || entry.kind !== 'chunk') return;
        broadcast({
          kind: 'chunk',
          events: entry.events,
          heartbeatMs: entry.heartbeatMs,
          cursor: cursor(),
        });
      },
    });
  };

  const listen = () => {
    if (stopped || id === null || listener) return;
    leader?.stop();
    leader = null;
    listener = createListener({
      ...options,
      id,
      snapshot,
      onEvents,
      onConnection,
      ask: () => broadcast({ kind: 'hello' }),
      onLost: (steal) => (steal ? takeLock({ steal: true }) : lead()),
    });
  };

  /**
   * Resolves with false when another tab has the lock; otherwise this tab leads until it is stopped
   * or the lock is stolen.
   */
  const holdLock = (how: Parameters<Locks['request']>[1]): Promise<boolean> =>
    locks.request(`aiw3-nft-upgrade:follow:${id}`, how, async (lock) => {
      if (lock === null || stopped) return false;
      holds = true;
      lead();
      broadcast({ kind: 'connection', connection, cursor: cursor() });
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return true;
    });

  const takeLock = (how: Parameters<Locks['request']>[1]): void => {
    holdLock(how).then(
      (had) => {
        if (had || stopped) return;
        listen();
        takeLock({ signal: queue.signal });
      },
      () => {
        if (stopped) return;
        // Stolen: this tab was taken for dead. Anything else: a frame that may have no locks, which
        // goes its own way.
        const stolen = holds;
        holds = false;
        release?.();
        release = null;
        if (!stolen) return lead();
        listen();
        takeLock({ signal: queue.signal });
      },
    );
  };

  const join = (operationId: string) => {
    channel = openChannel(`aiw3-nft-upgrade:${PROTOCOL_VERSION}:${operationId}`);
    channel.onmessage = ({ data }) => {
      const message = readTabMessage(data);
      if (!message || stopped) return;
      if (!holds) listener?.receive(message);
      else if (message.kind === 'hello')
        broadcast({ kind: 'connection', connection, cursor: cursor() });
      else if (message.kind === 'poke') leader?.poke();
    };
    takeLock({ ifAvailable: true });
  };

  const end = () => {
    if (stopped) return;
    queue.abort();
    listener?.stop();
    release?.();
    // The last messages of a leader are on their way; a closed channel would drop them.
    const last = channel;
    queueMicrotask(() => last?.close());
    stopped = true;
  };

  if (id === null) lead();
  else join(id);

  return {
    retry() {
      if (leader) return leader.retry();
      // Who asks becomes the one who tries, with the token of this tab.
      if (connection.state !== 'gave_up' && connection.state !== 'auth_required') return false;
      takeLock({ steal: true });
      return true;
    },
    poke: () => (leader ? leader.poke() : broadcast({ kind: 'poke' })),
    stop() {
      leader?.stop();
      end();
    },
  };
}
