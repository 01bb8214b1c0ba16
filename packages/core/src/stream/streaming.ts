import type { Clock } from '../client/environment.ts';
import type { ConnectionReason } from './connection.ts';
import type { Doubt, Mode } from './policy.ts';

/** How one attempt reads. */
export interface Way {
  readonly mode: Mode;
  /** The attempt is over. Has to be called once. */
  close(): void;
}

/**
 * Whether to stream, for all operations of a client: what one of them learns about the network
 * holds for the others, and they share the connections that a browser opens to an origin.
 */
export interface Streaming {
  /**
   * How the next attempt is to read. Takes a place among the open streams where it is one. Page: a
   * stream is not wanted this time.
   */
  open(page: boolean): Way;
  /** Why the next attempt would poll; null when it would stream. */
  why(): ConnectionReason | null;
  /** A stream has failed where a page has not: pages for a while. */
  doubt(doubt: Doubt): void;
  /** A stream works. */
  trust(): void;
  /** Nobody looks at the page: no stream is wanted, where the host has chosen that. */
  hide(hidden: boolean): boolean;
}

export interface StreamingOptions {
  readonly clock: Clock;
  /** Streams at a time; asked anew each time, since a browser learns the protocol on the way. */
  readonly maxStreams: () => number;
  /** True when a hidden page is to give its streams up. */
  readonly releaseHidden: boolean;
}

/** Milliseconds that the first doubt holds, and what doubled ones grow to. */
const FIRST_DOUBT_MS = 15_000;
const LONGEST_DOUBT_MS = 240_000;

export function createStreaming({ clock, maxStreams, releaseHidden }: StreamingOptions): Streaming {
  let streams = 0;
  let hidden = false;
  let doubted: ConnectionReason | null = null;
  let since = 0;
  let lastsMs = 0;
  let nextMs = FIRST_DOUBT_MS;

  const doubts = (): boolean => {
    const passed = clock.now() - since;
    // A clock that was set back must not make it last.
    return passed >= 0 && passed < lastsMs;
  };
  const why = (): ConnectionReason | null => {
    if (hidden) return 'hidden';
    if (doubts()) return doubted;
    return streams >= maxStreams() ? 'connection_limit' : null;
  };

  return {
    why,
    open(page) {
      if (page || why()) return { mode: 'poll', close: () => {} };
      streams++;
      return { mode: 'stream', close: () => void streams-- };
    },
    doubt({ reason, forMs }) {
      doubted = reason;
      // Several operations meet the same proxy at once: that is one experience, not several.
      if (doubts()) return;
      since = clock.now();
      lastsMs = Math.min(Math.max(nextMs, forMs), LONGEST_DOUBT_MS);
      nextMs = Math.min(nextMs * 2, LONGEST_DOUBT_MS);
    },
    trust() {
      lastsMs = 0;
      nextMs = FIRST_DOUBT_MS;
    },
    hide(now) {
      hidden = releaseHidden && now;
      return hidden;
    },
  };
}
