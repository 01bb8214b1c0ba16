import { NftUpgradeError } from '../errors/error.ts';

/** What the device reports about itself. */
export type EnvironmentSignal = 'online' | 'offline' | 'visible' | 'hidden' | 'pageshow' | 'resume';

/** The time and its timers; tests bring one that they move. */
export interface Clock {
  /**
   * Milliseconds since the epoch. Only differences are used, so it may be wrong; the default never
   * jumps when the device's clock is set.
   */
  now(): number;
  /** Calls back once, after so many milliseconds. Resolves with what `clearTimeout` takes. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Stops a timer; one that is over is ignored. */
  clearTimeout(timer: unknown): void;
}

/**
 * How a lock is asked for: only if it is free, stolen from its holder, or in the queue until the
 * signal.
 */
export interface LockRequest {
  ifAvailable?: true;
  steal?: true;
  signal?: AbortSignal;
}

/**
 * The part of the Web Locks API that is used: one prompt, and one connection, at a time across
 * tabs.
 */
export interface Locks {
  /**
   * Runs the callback while the lock is held; with null where it was asked for only if free, and is
   * not.
   */
  request<T>(
    name: string,
    options: LockRequest,
    callback: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/**
 * The part of a BroadcastChannel that is used: what one tab sends, all others of the origin
 * receive.
 */
export interface Channel {
  /** Sends a message to the other tabs; this one does not receive it. */
  postMessage(message: string): void;
  /** Called with what another tab sent. */
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** Receives and sends nothing more. */
  close(): void;
}

/**
 * Keeps things over a reload: the ids of starts whose outcome is open, and a burn that was signed
 * until the server itself has answered to it. Never receives a token or a key. Null keeps nothing:
 * then a burn that is signed right before a reload is lost, and is signed again.
 */
export interface KeyStorage {
  /** What was kept under the key, or null. */
  getItem(key: string): string | null;
  /** Keeps a value. May throw where nothing can be kept: then it is not. */
  setItem(key: string, value: string): void;
  /** Forgets what was kept under the key. */
  removeItem(key: string): void;
}

/**
 * Everything the client takes from where it runs. Each part can be replaced: by tests, by
 * runtimes that are no browser. Functions are called without `this`.
 */
export interface Environment {
  /** How requests are sent. */
  fetch: (input: string, init: RequestInit) => Promise<Response>;
  clock: Clock;
  /** From 0 to below 1; spreads reconnects. */
  random: () => number;
  /** A fresh idempotency key. */
  randomUUID: () => string;
  /** False when the device knows that it has no network. */
  online: () => boolean;
  /** Calls the listener with each signal until the returned function is called. */
  onSignal: (listener: (signal: EnvironmentSignal) => void) => () => void;
  /**
   * Web Locks, or null: then one prompt at a time holds within this page only. Used when something
   * is signed, and by `acrossTabs()`.
   */
  locks: Locks | null | undefined;
  /**
   * Opens a channel to the other tabs of the origin, or null: then each tab has its own connection.
   * Used by `acrossTabs()` only.
   */
  channel: ((name: string) => Channel) | null | undefined;
  /**
   * Storage of this tab, or null: then a start that was lost by a reload is found with `active()`.
   */
  storage: KeyStorage | null | undefined;
  /** Receives what a listener of the host throws. */
  reportError: (thrown: unknown) => void;
  /** Told once of a mistake in how the server is set up that works all the same. */
  warn: (message: string) => void;
  /**
   * How many connections may be open to an address at a time, or null for no bound: a browser
   * opens six to an origin of HTTP/1.1, over all tabs.
   */
  maxConnections: (url: string) => number | null;
}

interface Emitter {
  addEventListener(type: string, listener: (event: { readonly type: string }) => void): void;
  removeEventListener(type: string, listener: (event: { readonly type: string }) => void): void;
}

/**
 * Names of globals that not every runtime has. Read when they are needed: on import there may be no
 * window yet.
 */
interface Globals extends Partial<Emitter> {
  fetch?: typeof globalThis.fetch;
  crypto?: Partial<Pick<Crypto, 'getRandomValues'>>;
  navigator?: { onLine?: boolean; locks?: Locks };
  document?: Partial<Emitter> & { visibilityState?: string };
  location?: { origin: string };
  performance?: Pick<Performance, 'now'> & Partial<Pick<Performance, 'getEntries'>>;
  sessionStorage?: KeyStorage;
  BroadcastChannel?: new (name: string) => Channel;
  reportError?: (thrown: unknown) => void;
}

const globals = (): Globals => globalThis as unknown as Globals;

/** What the clock of the device showed when the other one began to count. */
let epochMs: number | null = null;

/** Time that runs evenly: the user, or a time server, may set the clock of the device. */
function steadyNow(): number {
  const { performance } = globals();
  if (!performance) return Date.now();
  const passed = performance.now();
  epochMs ??= Date.now() - passed;
  return Math.round(epochMs + passed);
}

/** What browsers leave for an origin of HTTP/1.1. */
const HTTP1_CONNECTIONS = 6;

/**
 * True where the browser has spoken HTTP/2 or 3 with the origin: requests share one connection
 * then. A relative address is one of the page's own origin.
 */
function isMultiplexed(url: string): boolean {
  const { performance, location } = globals();
  const origin = /^http/i.test(url) ? url : String(location?.origin);
  const entries = quietly(() => performance?.getEntries?.()) ?? [];
  return entries.some(
    (entry) =>
      entry.name.startsWith(origin) &&
      /^h[23]/.test((entry as PerformanceResourceTiming).nextHopProtocol),
  );
}

const missing = (capability: string) =>
  new NftUpgradeError('missing_capability', { details: { problem: 'absent', capability } });

/**
 * What the host leaves out: what browsers and Node bring. Nothing of it is looked up before it is
 * used, so a mock may be put there later.
 */
const defaults: Omit<Environment, 'locks' | 'channel' | 'storage'> = {
  fetch(input, init) {
    const { fetch } = globals();
    if (!fetch) throw missing('fetch');
    return fetch(input, init);
  },
  clock: {
    now: steadyNow,
    setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  },
  random: Math.random,
  // Not `crypto.randomUUID`, which exists in secure contexts only: on http://192.168… pages the
  // random numbers are there too.
  randomUUID() {
    const { crypto } = globals();
    if (!crypto?.getRandomValues) throw missing('randomUUID');
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('');
  },
  online: () => globals().navigator?.onLine !== false,
  onSignal(listener) {
    const page = globals();
    const receive = ({ type }: { readonly type: string }) => {
      listener(
        (type === 'visibilitychange' ? page.document?.visibilityState : type) as EnvironmentSignal,
      );
    };
    const each = (verb: keyof Emitter) => {
      for (const type of ['online', 'offline', 'pageshow']) page[verb]?.(type, receive);
      for (const type of ['resume', 'visibilitychange']) page.document?.[verb]?.(type, receive);
    };
    each('addEventListener');
    return () => each('removeEventListener');
  },
  reportError: (thrown) => (globals().reportError ?? console.error)(thrown),
  warn: (message) => console.warn(message),
  maxConnections: (url) => (globals().document && !isMultiplexed(url) ? HTTP1_CONNECTIONS : null),
};

/** Fills in what the host leaves out. @throws NftUpgradeError `missing_capability` */
export function resolveEnvironment(given: Partial<Environment> = {}): Environment {
  // What every runtime of today has, old phones aside. It is asked for before anything begins, and
  // not in the middle of an operation.
  for (const name of ['AbortController', 'TextDecoder'])
    if (!(name in globalThis)) throw missing(name);
  const { locks, channel, storage } = given;
  // By name, not by its own members: what is given may be of a class.
  const filled = Object.entries(defaults).map(([name, usual]) => [
    name,
    given[name as keyof typeof defaults] ?? usual,
  ]);
  const environment = Object.fromEntries(filled) as typeof defaults;
  return {
    ...environment,
    // Signals only make it quicker: without them everything still happens in time.
    onSignal: (listener) => quietly(() => environment.onSignal(listener)) ?? (() => undefined),
    online: () => quietly(environment.online) !== false,
    locks,
    channel,
    storage,
  };
}

/** What browsers block or have no room for is left out: their storage and channels throw then. */
export function quietly<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}

/**
 * Storage of the environment, else of the tab. Reading `sessionStorage` itself throws where the
 * browser blocks site data.
 */
export const storageOf = ({
  storage,
}: Pick<Environment, 'storage'>): KeyStorage | null | undefined =>
  storage === undefined ? globals().document && globals().sessionStorage : storage;

/**
 * Web Locks of the environment, else of the browser. Not in `resolveEnvironment`: a page that only
 * watches needs none.
 */
export const locksOf = ({ locks }: Pick<Environment, 'locks'>): Locks | null =>
  locks === undefined ? (quietly(() => globals().navigator?.locks) ?? null) : locks;

/**
 * The same for a channel. Only where there are tabs: in Node an open one would keep the process
 * alive.
 */
export function channelOf({
  channel,
}: Pick<Environment, 'channel'>): ((name: string) => Channel) | null {
  if (channel !== undefined) return channel;
  const { document, BroadcastChannel } = globals();
  return document && BroadcastChannel ? (name) => new BroadcastChannel(name) : null;
}
