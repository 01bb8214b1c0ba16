import { matchRoute, NftUpgradeError, type Route, routesOf } from '@aiw3/nft-upgrade/protocol';
import { faultOfKey, refuseAnswer } from '../ports/check-answers.ts';
import { createLogger } from '../telemetry/log.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { cancel, confirmBurn, renewBurn, retry } from './commands.ts';
import type { Call, HttpContext, OperationCall } from './context.ts';
import { createCors } from './cors.ts';
import { matchForeign } from './foreign.ts';
import { createGate } from './gate.ts';
import { addSecurityHeaders } from './headers.ts';
import { type GuideStats, guideStats, type Health, healthOf } from './health.ts';
import { createMonitoring } from './monitoring.ts';
import type { Operations, Principal } from './operations.ts';
import { type HandlerOptions, resolveOptions } from './options.ts';
import { isServerFault, problemResponse } from './problem.ts';
import { protocolOf, requireProtocol } from './protocol.ts';
import { createRateLimit } from './rate-limit.ts';
import { active, events, snapshot } from './read.ts';
import { type ConnectionStats, createRegistry } from './registry.ts';
import { createSlices } from './slices.ts';
import { start } from './start.ts';
import { createTails } from './tail.ts';

export type { HandlerOptions } from './options.ts';

/** All routes of the protocol as one function, and how it is stopped. */
export interface Handler {
  /** Answers one request. Never rejects: whatever goes wrong is answered as a problem. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Paths below which everything belongs to the handler. */
  readonly mounts: readonly string[];
  /**
   * True for an address, or a path, that belongs to the handler: an adapter hands everything else
   * on.
   */
  serves(address: string): boolean;
  /**
   * Ends all streams in order and takes on no new ones; commands are still answered. Clients are
   * told to come back, each at its own time, within `spreadMs` (milliseconds, default 5 000).
   * Resolves when the streams are gone, or after `timeoutMs` (default 10 000). Close the server
   * after it.
   */
  drain(options?: { spreadMs?: number; timeoutMs?: number }): Promise<void>;
  /** How many streams there are, and how they are. */
  stats(): ConnectionStats;
  /**
   * The same with the fields of the guide: ids of the operations that are shown now, memory,
   * uptime. For the host's own eyes; the health route tells numbers.
   */
  getStats(): GuideStats;
  /** What the health route answers. */
  health(): Health;
}

/** Journal reads of streams that run at once. */
const READS_AT_ONCE = 32;

type OperationEndpoint = (context: HttpContext, call: OperationCall) => Promise<Response>;
type Endpoints = Readonly<Record<string, OperationEndpoint>>;

const operationEndpoints: Readonly<Record<Exclude<Route['kind'], 'start'>, Endpoints>> = {
  operation: { GET: snapshot },
  events: { GET: events },
  'confirm-burn': { PATCH: confirmBurn },
  'burn-transaction': { POST: renewBurn },
  cancel: { POST: cancel },
  retry: { POST: retry },
};
const startEndpoints: Readonly<
  Record<string, (context: HttpContext, call: Call) => Promise<Response>>
> = { GET: active, POST: start };
const monitoringMethods = 'GET, HEAD, OPTIONS';

/**
 * Serves all routes of all processes of the engine as one function from `Request` to `Response`:
 * for Hono, Next, Bun and Deno as it is, for Node's http, https and http2 through `toNodeHandler`.
 * @throws NftUpgradeError `invalid_option`
 */
export function createHandler(operations: Operations, options: HandlerOptions): Handler {
  const { basePath, limits, timing, health: thresholds, clock } = resolveOptions(options);
  const log = createLogger(options.log);
  const report = (error: unknown) => {
    log.failure('A request or a stream failed.', error);
    try {
      options.onError?.(error);
    } catch {
      // A log that throws must not touch a request.
    }
  };
  const cors = createCors(options.cors, report);
  const now = () => clock.now();
  const slices = createSlices();
  const registry = createRegistry({ clock, timing, limits, slices });
  const shared = {
    operations,
    limits,
    timing,
    clock,
    slices,
    gate: createGate(READS_AT_ONCE),
    telemetry: createTelemetry(options.telemetry),
    report,
  };
  const context: HttpContext = {
    ...shared,
    basePath,
    registry,
    starts: createRateLimit(limits.startsPerMinute, now),
    commands: createRateLimit(limits.commandsPerMinute, now),
    reads: createRateLimit(limits.readsPerMinute, now),
    tails: createTails(shared),
  };
  const health = () => healthOf(registry.stats(), thresholds, now());

  const monitoring = createMonitoring(context, {
    health,
    ready: options.ready ? async () => options.ready?.() ?? true : null,
  });
  const mounts = [
    ...Object.values(operations.processes).map((process) => routesOf(process, basePath).start),
    ...Object.keys(monitoring),
  ];

  const foreign = (pathname: string) =>
    operations.foreignProcess ? matchForeign(basePath, pathname) : null;
  /** Another node's, of the process that the operation itself names. */
  const foreignProcess = async (route: Route, { id }: Principal) => {
    context.reads.consume(id);
    const found = route.kind === 'start' ? null : await operations.foreignProcess?.(route.id);
    if (!found) throw new NftUpgradeError('not_found');
    return found;
  };

  const answer = async (request: Request, url: URL): Promise<Response> => {
    const path = url.pathname.replace(/\/$/, '');
    const monitor = Object.hasOwn(monitoring, path) ? monitoring[path] : undefined;
    const own = monitor ? null : matchRoute(operations.processes, basePath, url.pathname);
    const route = own ?? (monitor ? null : foreign(url.pathname));
    if (!monitor && !route) throw new NftUpgradeError('not_found');
    const endpoints =
      route && (route.kind === 'start' ? startEndpoints : operationEndpoints[route.kind]);
    const methods = endpoints ? allowed(endpoints) : monitoringMethods;

    cors.check(request, url);
    if (request.method === 'OPTIONS') return cors.preflight(methods);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (!methods.split(', ').includes(request.method)) {
      throw new NftUpgradeError('method_not_allowed', { details: { allow: methods.split(', ') } });
    }
    if (monitor) return monitor();
    if (!route) throw new NftUpgradeError('not_found');
    const protocol = requireProtocol(protocolOf(request));
    const principal = await identify(options, request);
    const process = own?.process ?? (await foreignProcess(route, principal));
    const call: Call = { request, url, process, principal, protocol };
    const found =
      route.kind === 'start'
        ? startEndpoints[method]?.(context, call)
        : operationEndpoints[route.kind][method]?.(context, { ...call, operationId: route.id });
    if (!found) throw new NftUpgradeError('not_found');
    return found;
  };

  return {
    async fetch(request) {
      let response: Response;
      try {
        response = await answer(request, new URL(request.url));
      } catch (thrown) {
        if (isServerFault(thrown)) report(thrown);
        response = problemResponse(thrown);
      }
      addSecurityHeaders(response.headers, protocolOf(request));
      cors.decorate(request, response.headers);
      return request.method === 'HEAD' ? new Response(null, response) : response;
    },
    drain: ({ spreadMs = 5_000, timeoutMs = 10_000 } = {}) =>
      registry.drain({ spreadMs, timeoutMs }),
    stats: () => registry.stats(),
    getStats: () => guideStats(registry.stats(), registry.operations()),
    health,
    mounts,
    serves(address) {
      const path = pathOf(address);
      return (
        mounts.some((mount) => path === mount || path.startsWith(`${mount}/`)) ||
        foreign(path) !== null
      );
    },
  };
}

/** An address may be whole, as a proxy gets it, or begin with its path. */
const pathOf = (address: string): string => {
  const path =
    /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address).pathname : address;
  return path.split(/[?#]/, 1)[0] ?? '';
};

const allowed = (endpoints: object): string =>
  Object.keys(endpoints)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .concat('OPTIONS')
    .join(', ');

async function identify(options: HandlerOptions, request: Request): Promise<Principal> {
  const principal = await options.authenticate(request);
  if (principal === null) throw new NftUpgradeError('unauthenticated');
  // An empty id would make everybody the same user.
  if (typeof principal.id !== 'string' || principal.id === '') {
    throw new NftUpgradeError('invalid_option', {
      message: 'authenticate gave a principal without an id.',
    });
  }
  refuseAnswer('authenticate', faultOfKey('id', principal.id));
  if (principal.wallet !== undefined)
    refuseAnswer('authenticate', faultOfKey('wallet', principal.wallet));
  return principal;
}
