import { NftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, EventOf, InputOf, SnapshotOf } from '../machine/types.ts';
import { processes as allProcesses, type Processes } from '../processes/index.ts';
import { routesOf } from '../protocol/routes.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import { idempotencyKeyPattern } from '../protocol/version.ts';
import { read, type Schema } from '../schema/index.ts';
import { createAuth, type GetToken } from '../stream/auth.ts';
import { type Follow, follow } from '../stream/follow.ts';
import { createStreaming } from '../stream/streaming.ts';
import type { Timeline } from '../stream/timeline.ts';
import {
  defaultLimits,
  defaultTiming,
  type Limits,
  type Timing,
  withDefaults,
} from '../stream/timing.ts';
import { createTransport } from '../stream/transport.ts';
import { type CallOptions, createApi } from './api.ts';
import { createOperation, type OperationOptions } from './create-operation.ts';
import { type Environment, resolveEnvironment } from './environment.ts';
import { createKeyRing } from './keys.ts';
import type { Operation } from './operation.ts';
import type { Signing } from './sign.ts';

/** What a client is made of. Only `baseUrl` is needed to watch; `signing` is needed to sign. */
export interface UpgradeClientOptions<R extends Processes = typeof allProcesses> {
  /**
   * Origin of the API, with a path in front of `basePath` where it is mounted below one; an empty
   * string for the site's own. No credentials, no query.
   */
  baseUrl: string;
  /** Path of the API. Default `/api/v1/nft`. */
  basePath?: string;
  /**
   * Gives the bearer token before each attempt, and once more after a 401 with reason
   * `unauthorized`. Left out for cookies.
   */
  getToken?: GetToken;
  /** Whether cookies are sent. Default `same-origin`. */
  credentials?: RequestCredentials;
  /** `walletSigning({ wallet, guard })`. Needed to sign; everything else works without. */
  signing?: Signing;
  /** Replaces parts of the environment: fetch, clock, signals, locks, storage. */
  environment?: Partial<Environment>;
  /** Processes by name. Default: all of this version. */
  processes?: R;
  /** Waiting times in milliseconds; each has a default. */
  timing?: Partial<Timing>;
  /** Bounds; each has a default. */
  limits?: Partial<Limits>;
  /**
   * `acrossTabs()` shares one connection an operation among the tabs of the origin. Default: each
   * tab has its own.
   */
  tabs?: Follow;
  /**
   * `poll`: a page that nobody looks at gives its streams up and reads pages of the log, so that
   * they are free for other tabs. Default `stream`.
   */
  hiddenPages?: 'stream' | 'poll';
  /**
   * `createTimeline()` records every frame, retry and state change. Default: nothing is recorded.
   */
  timeline?: Timeline;
}

/** Options of a start. */
export interface StartOptions {
  /**
   * 8 to 128 visible ASCII characters. Default: minted here, and kept until the outcome of the
   * start is known.
   */
  idempotencyKey?: string | undefined;
  /** Stops following when aborted; never cancels what the server began. */
  signal?: AbortSignal | undefined;
}

/** An operation of a process. */
export type OperationOf<P extends AnyProcess> = Operation<SnapshotOf<P>, EventOf<P>>;

/** What can be done with one process. */
export interface ProcessClient<P extends AnyProcess> {
  /** Its statuses, phases and schemas, as data. */
  readonly definition: P;
  /**
   * Starts an operation, once, and follows it. Returns at once; the request is on its way.
   * @throws NftUpgradeError `invalid_request` for an input that is not of the process,
   *   `invalid_option` for a key that is none, `detached` after `close()`
   */
  start(input: InputOf<P>, options?: StartOptions): OperationOf<P>;
  /**
   * Follows an operation that exists: by id from its first event, by snapshot from there on.
   * @throws NftUpgradeError `invalid_event` for a snapshot of another process
   */
  attach(idOrSnapshot: string | SnapshotOf<P>, options?: CallOptions): OperationOf<P>;
  /**
   * The caller's operations that have not ended, newest first: after a reload, or from another
   * device.
   */
  active(options?: CallOptions): Promise<SnapshotOf<P>[]>;
  /** One operation as it stands. @throws NftUpgradeError `not_found` */
  snapshot(id: string, options?: CallOptions): Promise<SnapshotOf<P>>;
}

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** A client with one member a process: `upgrade`, `claim`, `badgeActivation`. */
export type UpgradeClient<R extends Processes = typeof allProcesses> = {
  readonly [K in keyof R & string as CamelCase<K>]: ProcessClient<R[K]>;
} & {
  /** The same by the name of the process. @throws NftUpgradeError `unknown_process` */
  process<K extends keyof R & string>(name: K): ProcessClient<R[K]>;
  /** Detaches every operation. They go on at the server. */
  close(): void;
  /** The same as `close()`. */
  [Symbol.dispose](): void;
};

/**
 * Makes a client. It costs nothing until something is started or attached. @throws NftUpgradeError
 * `invalid_option`
 */
export function createUpgradeClient<const R extends Processes = typeof allProcesses>(
  options: UpgradeClientOptions<R>,
): UpgradeClient<R> {
  const registry: Processes = options.processes ?? allProcesses;
  const timing = withDefaults('timing', defaultTiming, options.timing);
  const limits = withDefaults('limits', defaultLimits, options.limits);
  const environment = resolveEnvironment(options.environment);
  const closing = new AbortController();
  const auth = createAuth(options.getToken, environment.clock, timing.tokenMs, closing.signal);
  const { baseUrl, credentials = 'same-origin' } = options;
  const transport = createTransport({ baseUrl, environment, auth, credentials, timing, limits });
  const keys = createKeyRing(environment);
  const streaming = createStreaming({
    clock: environment.clock,
    // Two are left for commands and pages.
    maxStreams: () => Math.max(1, (environment.maxConnections(baseUrl) ?? Infinity) - 2),
    releaseHidden: options.hiddenPages === 'poll',
  });
  const open = new Set<() => void>();

  const clientOf = (process: AnyProcess): ProcessClient<AnyProcess> => {
    const routes = routesOf(process, options.basePath);
    const api = createApi(process, routes, transport);
    const track = (
      given: Pick<OperationOptions, 'start' | 'id' | 'snapshot' | 'signal' | 'settle'>,
    ): Operation => {
      if (closing.signal.aborted)
        throw new NftUpgradeError('detached', { details: { problem: 'closed' } });
      const { timeline, signing, tabs = follow } = options;
      return createOperation({
        process,
        routes,
        transport,
        api,
        environment,
        timing,
        limits,
        open,
        follow: tabs,
        streaming,
        timeline,
        signing,
        ...given,
      });
    };

    return {
      definition: process,
      start(input: unknown, { idempotencyKey, signal } = {}) {
        if (idempotencyKey !== undefined && !idempotencyKeyPattern.test(idempotencyKey)) {
          throw new NftUpgradeError('invalid_option', {
            details: { option: 'idempotencyKey', problem: 'key' },
          });
        }
        const given: object = {
          ...read(process.input as Schema<object>, input, 'invalid_request'),
        };
        const { key, settle } =
          idempotencyKey === undefined ? keys(process.name, given) : { key: idempotencyKey };
        return track({
          start: { input: given, idempotencyKey: key },
          id: null,
          snapshot: null,
          signal,
          settle,
        });
      },
      attach(idOrSnapshot: unknown, { signal } = {}) {
        if (typeof idOrSnapshot === 'string')
          return track({ start: null, id: idOrSnapshot, snapshot: null, signal });
        const snapshot = parseSnapshot(process, idOrSnapshot);
        return track({ start: null, id: snapshot.operationId, snapshot, signal });
      },
      active: api.active,
      snapshot: api.snapshot,
    };
  };

  const byName = new Map(
    Object.entries(registry).map(([name, process]) => [name, clientOf(process)]),
  );
  const close = () => {
    closing.abort();
    for (const leave of open) leave();
  };
  const members = Object.fromEntries(
    [...byName].map(([name, client]) => [camelCase(name), client]),
  );
  const client = {
    ...members,
    process(name: string) {
      const found = byName.get(name);
      if (!found)
        throw new NftUpgradeError('unknown_process', {
          details: { name, known: [...byName.keys()] },
        });
      return found;
    },
    close,
    [Symbol.dispose]: close,
  };
  // Events and snapshots were checked against the schemas of their process, from which these types
  // are derived.
  return client as unknown as UpgradeClient<R>;
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
