import type { Clock } from '@aiw3/nft-upgrade';
import type { HandlerLimits, HandlerTiming } from './options.ts';
import { later } from './problem.ts';
import type { CloseReason, Session } from './session.ts';
import type { Steps } from './slices.ts';

/** A place for one stream, taken before the work that leads to it. */
export interface Slot {
  /** Fills the place. */
  attach(session: Session): void;
  /** Gives the place back. Harmless when it was given back before. */
  release(reason?: CloseReason): void;
}

/** How many streams there are, and how they are. */
export interface ConnectionStats {
  /** Streams opened since the start. */
  readonly total: number;
  /** Streams open now. */
  readonly active: number;
  /** Streams that showed a terminal event. */
  readonly completed: number;
  /** Streams cut off by a fault, of the journal or of a client that did not read. */
  readonly failed: number;
  /** Why streams ended. */
  readonly closed: Readonly<Record<CloseReason, number>>;
  readonly draining: boolean;
}

/** All streams of this node: their number, their one timer, their end. */
export interface Registry {
  /**
   * @param signal of the request: a client that is gone before its stream stands gives the place
   *   back
   * @param makeRoom ends a stream of the same principal and operation; false where there is none
   * @throws NftUpgradeError `rate_limited` when the principal, or this process, has too many
   *   streams; `temporarily_unavailable` when it stops
   */
  admit(principalId: string, signal: AbortSignal, makeRoom?: () => boolean): Slot;
  stats(): ConnectionStats;
  /** Operations that are shown now, one for each stream. */
  operations(): string[];
  /** True when no further stream is taken. */
  full(): boolean;
  /** Ends all streams in order. Resolves when they are gone, or after `timeoutMs`. */
  drain(options: { spreadMs: number; timeoutMs: number }): Promise<void>;
}

/**
 * Looks into the journal without a wake-up, of all streams together, in a second. Wake-ups are the
 * rule; this heals lost ones and bounds what it costs.
 */
const LOOKS_PER_SECOND = 200;

/** How long a refused caller is sent away. Milliseconds. */
const BUSY_MS = 5_000;

export interface RegistryOptions {
  clock: Clock;
  timing: HandlerTiming;
  limits: HandlerLimits;
  /** Runs work on many streams without holding up everything else. */
  slices(work: Steps): void;
}

export function createRegistry({ clock, timing, limits, slices }: RegistryOptions): Registry {
  // Looked at longest ago first.
  const sessions = new Set<Session>();
  const perPrincipal = new Map<string, number>();
  const closed: Record<CloseReason, number> = {
    completed: 0,
    rolled: 0,
    replaced: 0,
    drained: 0,
    left: 0,
    stalled: 0,
    failed: 0,
  };
  const emptied = new Set<() => void>();
  const tickMs = Math.max(
    5,
    Math.min(
      1_000,
      timing.pollMs,
      timing.heartbeatMs / 4,
      timing.stallMs / 4,
      timing.maxConnectionMs / 4,
    ),
  );
  let admitted = 0;
  let total = 0;
  let draining: { spreadMs: number } | null = null;
  let wheel: unknown = null;
  let turning = false;

  const turn = function* (now: number): Steps {
    let looks = Math.max(1, Math.ceil((LOOKS_PER_SECOND * tickMs) / 1_000));
    for (const session of sessions) {
      yield session.tick(now);
      if (looks === 0 || !session.isDue(now)) continue;
      looks -= 1;
      sessions.delete(session);
      sessions.add(session);
      session.look();
    }
    turning = false;
    roll();
  };
  const roll = () => {
    if (sessions.size === 0 || turning) return;
    wheel ??= clock.setTimeout(() => {
      wheel = null;
      turning = true;
      slices(turn(clock.now()));
    }, tickMs);
  };

  /** A place of one principal. */
  class Place implements Slot {
    private readonly principalId: string;
    private unlisten: (() => void) | null;
    private session: Session | null = null;
    private released = false;

    constructor(principalId: string, signal: AbortSignal) {
      const leave = () => this.release();
      this.principalId = principalId;
      this.unlisten = () => signal.removeEventListener('abort', leave);
      signal.addEventListener('abort', leave);
      admitted += 1;
      perPrincipal.set(principalId, (perPrincipal.get(principalId) ?? 0) + 1);
    }

    /** A stream that is open for long keeps no request in memory. */
    private forget(): void {
      this.unlisten?.();
      this.unlisten = null;
    }

    attach(session: Session): void {
      // Its client can have gone before it began.
      if (this.released) return;
      this.forget();
      this.session = session;
      sessions.add(session);
      total += 1;
      if (draining) session.drain(retryIn(timing, draining.spreadMs * Math.random()));
      roll();
    }

    release(reason?: CloseReason): void {
      if (this.released) return;
      this.released = true;
      this.forget();
      if (this.session) sessions.delete(this.session);
      if (reason) closed[reason] += 1;
      if (sessions.size === 0 && wheel !== null) {
        clock.clearTimeout(wheel);
        wheel = null;
      }
      admitted -= 1;
      const left = (perPrincipal.get(this.principalId) ?? 1) - 1;
      if (left > 0) perPrincipal.set(this.principalId, left);
      else perPrincipal.delete(this.principalId);
      if (admitted === 0) for (const resolve of emptied) resolve();
    }
  }

  const drainAll = function* (all: readonly Session[], spreadMs: number): Steps {
    // One share of the time for each client: with free dice they would still come in crowds.
    for (const [index, session] of all.entries()) {
      session.drain(retryIn(timing, (spreadMs * (index + Math.random())) / all.length));
      yield true;
    }
  };

  return {
    admit(principalId, signal, makeRoom = () => false) {
      if (draining) throw later('temporarily_unavailable', 'This server is stopping.', 1_000);
      const isFull = () => admitted >= limits.connections;
      const hasTooMany = () =>
        (perPrincipal.get(principalId) ?? 0) >= limits.connectionsPerPrincipal;
      if (isFull() || hasTooMany()) makeRoom();
      if (isFull())
        throw later('rate_limited', 'Too many streams are open here. Come again.', BUSY_MS);
      if (hasTooMany()) {
        throw later(
          'rate_limited',
          `At most ${limits.connectionsPerPrincipal} streams may be open. Close one first.`,
          BUSY_MS,
        );
      }
      return new Place(principalId, signal);
    },

    stats: () => ({
      total,
      active: sessions.size,
      completed: closed.completed,
      failed: closed.failed + closed.stalled,
      closed: { ...closed },
      draining: draining !== null,
    }),

    operations: () => Array.from(sessions, ({ operationId }) => operationId),
    full: () => admitted >= limits.connections,

    async drain({ spreadMs, timeoutMs }) {
      draining ??= { spreadMs };
      slices(drainAll([...sessions], spreadMs));
      if (admitted === 0) return;
      await new Promise<void>((resolve) => {
        const timer = clock.setTimeout(done, timeoutMs);
        emptied.add(done);
        function done() {
          clock.clearTimeout(timer);
          emptied.delete(done);
          resolve();
        }
      });
    },
  };
}

const retryIn = (timing: HandlerTiming, shareMs: number): number =>
  Math.round(timing.retryMs + shareMs);
