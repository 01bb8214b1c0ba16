import { setTimeout as sleep } from 'node:timers/promises';
import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type Claim,
  claimDeliveries,
  type Delivery,
  heal,
  LONGEST_PAUSE_MS,
  markDead,
  markDelivered,
  markFailed,
  type OutboxPlace,
  releaseNext,
} from './outbox.ts';

/** What a delivery worker needs to know of a sink. */
export interface Channel extends Claim {
  readonly timeoutMs: number;
  readonly maxTries: number;
  deliver(delivery: Delivery, signal: AbortSignal): Promise<void>;
}

export type DeliveryResult = 'delivered' | 'failed' | 'dead';

export interface DeliveryWorkerOptions {
  place: OutboxPlace;
  channel: Channel;
  /** How often it looks for what is due without a kick. Milliseconds. */
  pollMs: number;
  /** Called after each delivery with what became of it. */
  done(result: DeliveryResult, delivery: Delivery, error?: unknown): void;
  onError(error: unknown): void;
  random(): number;
}

/** Brings one sink what is due for it. */
export interface DeliveryWorker {
  /** There may be something to deliver. */
  kick(): void;
  /** Cuts the deliveries in hand short; they are due again at once, for any node. */
  stop(): Promise<void>;
}

/**
 * Deliveries to one sink at once, each of another operation where the order counts. One that hangs
 * has its place until its time is up, and the others go on.
 */
const WIDTH = 8;
/** How often a node looks for what another one left behind. */
const HEAL_MS = 5_000;
/** Beyond the time a delivery may take: a lease that ends early would only deliver twice. */
const LEASE_GRACE_MS = 30_000;

export function createDeliveryWorker({
  place,
  channel,
  pollMs,
  done,
  onError,
  random,
}: DeliveryWorkerOptions): DeliveryWorker {
  const stopping = new AbortController();
  const leaseMs = channel.timeoutMs + LEASE_GRACE_MS;
  const running = new Set<Promise<void>>();
  let claiming: Promise<void> | null = null;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let healedAt = performance.now();

  async function attempt(delivery: Delivery): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(channel.timeoutMs)]);
    try {
      // A sink that kills its process would otherwise be tried for ever: each such try was counted
      // when it was claimed.
      if (delivery.tries > channel.maxTries)
        throw new NftUpgradeError('sink_refused', {
          message: 'The process ended during each delivery.',
        });
      await unlessAborted(
        signal,
        async () => channel.deliver(delivery, signal),
        `${channel.name} did not answer within ${channel.timeoutMs} ms.`,
      );
    } catch (error) {
      const text = reasonOf(error);
      if (stopping.signal.aborted)
        return void (await markFailed(place, delivery, { error: text, pauseMs: 0, refund: true }));
      const dead =
        delivery.tries >= channel.maxTries ||
        (isNftUpgradeError(error) && error.code === 'sink_refused');
      const pauseMs = pauseAfter(delivery.tries, random);
      await settle(() =>
        dead
          ? markDead(place, delivery, text)
          : markFailed(place, delivery, { error: text, pauseMs, refund: false }),
      );
      return done(dead ? 'dead' : 'failed', delivery, error);
    }
    await settle(() => markDelivered(place, delivery));
    done('delivered', delivery);
    if (channel.ordered) await settle(() => releaseNext(place, channel.name, delivery.operationId));
  }

  /**
   * What became of a delivery is written as soon as the database takes it, while the lease lasts:
   * after it the sink would be told again, and a try be spent that was none of the sink's.
   */
  async function settle(write: () => Promise<unknown>): Promise<void> {
    const end = performance.now() + LEASE_GRACE_MS / 2;
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        return void (await write());
      } catch (error) {
        const away = isNftUpgradeError(error) && error.code === 'database_unavailable';
        if (!away || stopping.signal.aborted || performance.now() > end) throw error;
        onError(error);
        await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  function begin(delivery: Delivery): void {
    const attempted: Promise<void> = attempt(delivery)
      .catch(onError)
      .finally(() => {
        running.delete(attempted);
        kick();
      });
    running.add(attempted);
  }

  async function claim(): Promise<void> {
    do {
      again = false;
      for (;;) {
        if (stopping.signal.aborted || running.size >= WIDTH) return;
        const found = await claimDeliveries(place, channel, leaseMs, WIDTH - running.size);
        for (const { held, ...delivery } of found)
          if (held) await releaseNext(place, channel.name, delivery.operationId);
          else begin(delivery);
        if (found.length === 0) break;
      }
      if (performance.now() - healedAt >= HEAL_MS) {
        healedAt = performance.now();
        await heal(place, channel.name, leaseMs);
      }
    } while (again);
  }

  const kick = () => {
    if (stopping.signal.aborted) return;
    again = true;
    claiming ??= claim()
      .catch(onError)
      .finally(() => {
        claiming = null;
        clearTimeout(timer);
        if (!stopping.signal.aborted) timer = setTimeout(kick, pollMs);
      });
  };
  kick();

  return {
    kick,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await claiming;
      await Promise.all(running);
    },
  };
}

/**
 * Doubles from one second to five minutes, with jitter: what failed together does not come back
 * together.
 */
const pauseAfter = (tries: number, random: () => number): number =>
  Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** Math.min(tries - 1, 20)) * (0.5 + 0.5 * random());

/** Rejects when the signal aborts, also when the work takes no notice of it. */
async function unlessAborted(
  signal: AbortSignal,
  work: () => Promise<void>,
  lateMessage: string,
): Promise<void> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(new NftUpgradeError('temporarily_unavailable', { message: lateMessage }));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** For operators: kept with the dead letter. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500);
