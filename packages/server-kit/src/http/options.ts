import type { Clock } from '@aiw3/nft-upgrade';
import { DEFAULT_BASE_PATH, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Log } from '../ports/log.ts';
import type { TelemetryOptions } from '../telemetry/telemetry.ts';
import type { CorsOptions } from './cors.ts';
import type { HealthThresholds } from './health.ts';
import { refuseUnknown } from './known.ts';
import type { Principal } from './operations.ts';

/**
 * The most of everything; what is beyond is refused. Each node counts for itself: behind a balancer
 * a principal has every limit as many times as there are nodes.
 */
export interface HandlerLimits {
  /**
   * Largest request body, in bytes. Default 16 KiB: twice the largest signed transaction that is
   * accepted.
   */
  bodyBytes: number;
  /**
   * Bytes of frames that are sent at once; no more are taken from the journal before the client has
   * read them. One event is sent whole. Default 64 KiB.
   */
  streamBytes: number;
  /**
   * Streams of one principal on this node; a further one takes the place of one of the same
   * operation, and is answered with 429 where there is none. Default 20.
   */
  connectionsPerPrincipal: number;
  /**
   * Streams of one principal and operation on this node; a further one takes the place of the
   * oldest, which closes normally. What is on the way may keep the streams of closed pages open,
   * and nobody can tell. Default 3.
   */
  streamsPerOperation: number;
  /** Streams on this node; a further one is answered with 429. Default 10 000. */
  connections: number;
  /** Start requests of one principal in a minute. Default 30. */
  startsPerMinute: number;
  /**
   * Requests of one principal in a minute that read: a snapshot, a list, a page of the log, or the
   * opening of a stream. Default 600.
   */
  readsPerMinute: number;
  /** Requests of one principal in a minute that confirm, renew, cancel or retry. Default 60. */
  commandsPerMinute: number;
}

/** Heartbeats and ages of streams. Milliseconds. */
export interface HandlerTiming {
  /**
   * A comment is sent to an idle stream this often, so that nothing on the way takes it for dead.
   * Milliseconds, default 15 000.
   */
  heartbeatMs: number;
  /** What a client is told to wait before it reconnects. Milliseconds, default 2 000. */
  retryMs: number;
  /**
   * A stream closes normally after this long, up to a tenth earlier; the client resumes.
   * Milliseconds, default 15 minutes.
   */
  maxConnectionMs: number;
  /**
   * How soon a lost wake-up is healed, as long as few streams are open. Milliseconds, default
   * 1 000.
   */
  pollMs: number;
  /**
   * A client that has not read what was sent is cut off after this long. Milliseconds, default
   * 60 000.
   */
  stallMs: number;
  /** A request body has to arrive in this time. Milliseconds, default 10 000. */
  bodyMs: number;
}

/** Options of `createHandler`. */
export interface HandlerOptions {
  /**
   * Who sends this request: null for nobody. What it throws is answered with 500 and reported.
   * Required: operations belong to somebody.
   */
  authenticate(request: Request): Promise<Principal | null>;
  /** Where the processes are mounted. Default `/api/v1/nft`. */
  basePath?: string;
  /** Web origins other than the server's own that may call. Default: none. */
  cors?: CorsOptions;
  limits?: Partial<HandlerLimits>;
  timing?: Partial<HandlerTiming>;
  /** From when on the health route warns. */
  health?: Partial<HealthThresholds>;
  /**
   * Asked by the readiness route: false, or what it throws, makes it 503. Default: ready while it
   * is neither full nor stopping.
   */
  ready?: () => Promise<boolean>;
  /** Replaced in tests. Default: the system's. */
  clock?: Clock;
  /** Where log lines go, without anything secret in them. Default: nowhere. */
  log?: Log;
  /** Providers of OpenTelemetry. Default: the global ones. */
  telemetry?: TelemetryOptions;
  /**
   * Called with what was answered with a status of 500 or more, and with what broke a stream.
   * Default: nothing.
   */
  onError?: (error: unknown) => void;
}

/** The names of all options: a type error where one is missing. */
const known: Readonly<Record<keyof HandlerOptions, true>> = {
  authenticate: true,
  basePath: true,
  cors: true,
  limits: true,
  timing: true,
  health: true,
  ready: true,
  clock: true,
  log: true,
  telemetry: true,
  onError: true,
};

const defaultLimits: HandlerLimits = {
  bodyBytes: 16 * 1024,
  streamBytes: 64 * 1024,
  connectionsPerPrincipal: 20,
  streamsPerOperation: 3,
  connections: 10_000,
  startsPerMinute: 30,
  readsPerMinute: 600,
  commandsPerMinute: 60,
};

const defaultTiming: HandlerTiming = {
  heartbeatMs: 15_000,
  retryMs: 2_000,
  maxConnectionMs: 15 * 60_000,
  pollMs: 1_000,
  stallMs: 60_000,
  bodyMs: 10_000,
};

const GIB = 1024 ** 3;

export interface ResolvedOptions {
  readonly basePath: string;
  readonly limits: HandlerLimits;
  readonly timing: HandlerTiming;
  readonly health: HealthThresholds;
  readonly clock: Clock;
}

/** Fills in the defaults. @throws NftUpgradeError `invalid_option` that names the option */
export function resolveOptions(options: HandlerOptions): ResolvedOptions {
  refuseUnknown('createHandler', options, Object.keys(known));
  if (typeof options.authenticate !== 'function') {
    throw invalid(
      'createHandler needs authenticate: (request) => Promise<{ id } | null>. Without it, ' +
        'every operation would be everybody’s.',
    );
  }
  const basePath = options.basePath ?? DEFAULT_BASE_PATH;
  if (!/^(\/[\w.~-]+)+\/?$/.test(basePath))
    throw invalid('basePath has to be a path like /api/v1/nft.');
  const limits = positive('limits', defaultLimits, options.limits);
  const thresholds = { active: Math.ceil(limits.connections * 0.8), heapUsedBytes: GIB };
  return {
    basePath,
    limits,
    timing: positive('timing', defaultTiming, options.timing),
    health: positive('health', thresholds, options.health),
    clock: options.clock ?? systemClock,
  };
}

const invalid = (message: string): NftUpgradeError =>
  new NftUpgradeError('invalid_option', { message });

/**
 * An option that is given as undefined keeps its default: hosts pass settings on that may be unset.
 */
function positive<K extends string>(
  group: string,
  defaults: Readonly<Record<K, number>>,
  given: Readonly<Partial<Record<K, number>>> | undefined,
): Record<K, number> {
  const filled: Record<K, number> = { ...defaults };
  refuseUnknown(group, given, Object.keys(defaults));
  for (const [key, value] of Object.entries<number | undefined>(given ?? {})) {
    if (value === undefined || !isKey(defaults, key)) continue;
    if (!(Number.isFinite(value) && value > 0))
      throw invalid(`${group}.${key} has to be a number above 0.`);
    filled[key] = value;
  }
  return filled;
}

const isKey = <K extends string>(defaults: Readonly<Record<K, number>>, key: string): key is K =>
  Object.hasOwn(defaults, key);

/** Timers of the handler keep no process alive: the sockets they serve do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
