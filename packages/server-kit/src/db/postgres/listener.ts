import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Client } from 'pg';
import { closedError, databaseUnavailable } from '../errors.ts';

/**
 * How often the idle connection is asked for a sign of life, in milliseconds: a peer that vanished
 * without a FIN is noticed by nothing else.
 */
const heartbeatMs = 10_000;
const firstDelayMs = 100;
const longestDelayMs = 5_000;

export interface ListenerOptions {
  /** Makes a client and connects it. Its queries should time out. */
  connect: () => Promise<Client>;
  /** Called for each lost connection and for a callback that throws. */
  onError: (error: NftUpgradeError) => void;
}

export interface Listener {
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * One connection for all channels of a process, opened with the first of them and opened again,
 * with full jitter, whenever it is lost.
 */
export function createListener({ connect, onError }: ListenerOptions): Listener {
  const channels = new Map<string, Set<(payload: string) => void>>();
  let client: Client | undefined;
  let connecting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let attempt = 0;
  let closed = false;

  const call = (onMessage: (payload: string) => void, payload: string) => {
    try {
      onMessage(payload);
    } catch (cause) {
      onError(new NftUpgradeError('internal', { message: 'A listener threw.', cause }));
    }
  };

  const lost = (from: Client, error: unknown) => {
    if (client !== from) return;
    client = undefined;
    clearInterval(timer);
    from.end().catch(() => undefined);
    if (closed) return;
    onError(databaseUnavailable(error));
    retryLater();
  };

  const retryLater = () => {
    // Full jitter: a hundred nodes that lost one database do not come back in step.
    const delay = Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** attempt++);
    timer = setTimeout(() => {
      open().then(
        () => {
          for (const listeners of channels.values())
            for (const onMessage of listeners) call(onMessage, '');
        },
        () => {
          if (!closed) retryLater();
        },
      );
    }, delay);
  };

  const open = () => {
    connecting ??= connectOnce().finally(() => {
      connecting = undefined;
    });
    return connecting;
  };

  const connectOnce = async () => {
    const next = await connect();
    // Without a handler the error of an idle connection ends the process, as when Postgres is
    // restarted.
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next, new NftUpgradeError('database_unavailable')));
    next.on('notification', ({ channel, payload = '' }) => {
      for (const onMessage of channels.get(channel) ?? []) call(onMessage, payload);
    });
    try {
      for (const channel of channels.keys()) await next.query(`LISTEN "${channel}"`);
    } catch (error) {
      next.end().catch(() => undefined);
      throw databaseUnavailable(error);
    }
    if (closed) {
      await next.end();
      return;
    }
    client = next;
    attempt = 0;
    timer = setInterval(() => {
      next.query('SELECT 1').catch((error: unknown) => lost(next, error));
    }, heartbeatMs);
    timer.unref();
  };

  const subscribe = async (channel: string) => {
    // While it is being opened again the loop listens to every channel of the map, this one
    // included.
    if (client === undefined && attempt > 0) return;
    if (client === undefined) await open();
    const current = client;
    await current?.query(`LISTEN "${channel}"`).catch((error: unknown) => lost(current, error));
  };

  return {
    async listen(channel, onMessage) {
      if (closed) throw closedError();
      // Each call has a function of its own, so that one callback may listen twice.
      const own = (payload: string) => onMessage(payload);
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners.add(own));
      const end = async () => {
        listeners.delete(own);
        if (listeners.size > 0 || channels.get(channel) !== listeners) return;
        channels.delete(channel);
        const current = client;
        await current
          ?.query(`UNLISTEN "${channel}"`)
          .catch((error: unknown) => lost(current, error));
      };
      try {
        await subscribe(channel);
      } catch (error) {
        await end();
        throw error;
      }
      return end;
    },
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      await connecting?.catch(() => undefined);
      const current = client;
      client = undefined;
      await current?.end().catch(() => undefined);
    },
  };
}
