import type { Clock } from '../../client/environment.ts';
import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '../../errors/index.ts';
import { type Processes, processes as standardProcesses } from '../../processes/index.ts';
import { PROBLEM_TYPE, toProblem } from '../../protocol/problem.ts';
import { DEFAULT_BASE_PATH, matchRoute, type Route, routesOf } from '../../protocol/routes.ts';
import {
  GAP_HEADER,
  IDEMPOTENCY_HEADER,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '../../protocol/version.ts';
import { createFaultCounter, type Fault, type FaultEffect, type MockRoute } from './faults.ts';
import { createMockOperation, type MockOperation } from './operation.ts';
import type { Scenario } from './scenario.ts';
import { mockStream } from './stream.ts';

/** What a mock server plays, and how fast. */
export interface MockServerOptions {
  /** What a start of a process leads to, by the name of the process. */
  readonly scenarios: Readonly<Record<string, Scenario>> | readonly Scenario[];
  /** Faults beside those of the scenarios. */
  readonly faults?: readonly Fault[];
  /** Default: the system's. Give the one of {@link virtualTime} to the client as well. */
  readonly clock?: Clock;
  readonly basePath?: string;
  /** Milliseconds. Default 1 000 and 15 000. */
  readonly timing?: { readonly retryMs?: number; readonly heartbeatMs?: number };
}

/** A request that the mock server received. */
export interface MockRequest {
  readonly method: string;
  readonly path: string;
  readonly route: MockRoute | null;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The server side of the protocol, by script. */
export interface MockServer {
  /** For `environment.fetch` of a client, or any test without a network. */
  fetch(input: Request | string, init?: RequestInit): Promise<Response>;
  readonly basePath: string;
  /** Every request so far. */
  readonly requests: readonly MockRequest[];
  /** Starts that arrived; more than one for an operation means that the start was repeated. */
  readonly starts: number;
  readonly operations: readonly MockOperation[];
  /** Stops all scripts and forgets everything. */
  reset(): void;
}

const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, delayMs),
  clearTimeout: (timer) =>
    globalThis.clearTimeout(timer as ReturnType<typeof globalThis.setTimeout>),
};

/** Stands for the signature of bytes that were handed over. */
const SIGNATURE =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

/**
 * @throws NftUpgradeError `invalid_option` on a start without a scenario: answered as a problem
 *   with status 500
 */
export function createMockServer(options: MockServerOptions): MockServer {
  const { clock = systemClock, basePath = DEFAULT_BASE_PATH } = options;
  const all: readonly Scenario[] = Object.values(options.scenarios);
  const byProcess = new Map(all.map((scenario) => [scenario.process.name, scenario]));
  const processes: Processes = {
    ...standardProcesses,
    ...Object.fromEntries(all.map(({ process }) => [process.name, process])),
  };
  const timing = {
    retryMs: options.timing?.retryMs ?? 1_000,
    heartbeatMs: options.timing?.heartbeatMs ?? 15_000,
  };
  const operations: MockOperation[] = [];
  const keys = new Map<string, { operation: MockOperation; body: string }>();
  const requests: MockRequest[] = [];
  let strike = createFaultCounter([]);
  const reset = () => {
    for (const operation of operations) operation.stop();
    operations.length = 0;
    requests.length = 0;
    keys.clear();
    strike = createFaultCounter([
      ...(options.faults ?? []).map((fault) => ({ fault, process: null })),
      ...all.flatMap(({ faults, process }) =>
        faults.map((fault) => ({ fault, process: process.name })),
      ),
    ]);
  };
  reset();

  const find = (route: Route): MockOperation => {
    const found = operations.find(
      (one) =>
        'id' in route && one.id === route.id && one.scenario.process.name === route.process.name,
    );
    if (!found) throw new NftUpgradeError('not_found');
    return found;
  };

  const begin = (route: Route, key: string | null, body: unknown): MockOperation => {
    const text = JSON.stringify(body ?? {});
    const known = key === null ? undefined : keys.get(key);
    if (known && known.body !== text)
      throw new NftUpgradeError('idempotency_conflict', { operationId: known.operation.id });
    if (known) return known.operation;
    const live = operations.find(
      (one) => one.scenario.process.name === route.process.name && !one.snapshot.terminal,
    );
    const scenario = byProcess.get(route.process.name);
    if (!scenario)
      throw new NftUpgradeError('invalid_option', {
        message: `The mock has no scenario for ${route.process.name}.`,
      });
    const [first] = scenario.steps;
    const id =
      first?.kind === 'recorded'
        ? first.event.operationId
        : `${route.process.idPrefix}_mock_${operations.length + 1}`;
    const operation = live ?? createMockOperation(id, scenario, (body ?? {}) as object, clock);
    if (!live) operations.push(operation);
    if (key !== null) keys.set(key, { operation, body: text });
    return operation;
  };

  const stream = (
    operation: MockOperation,
    request: MockRequest,
    url: URL,
    effects: readonly FaultEffect[],
  ): Response => {
    const given = request.headers.get('last-event-id') || url.searchParams.get('after') || '0';
    const known = /^\d{1,15}$/.test(given) && Number(given) <= operation.snapshot.seq;
    const body = mockStream({
      operation,
      after: known ? Number(given) : 0,
      effects,
      clock,
      timing,
    });
    const location = routesOf(operation.scenario.process, basePath).of(operation.id, 'events');
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream',
        'content-location': location,
        'cache-control': 'no-cache, no-transform',
        [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
        ...(!known && { [GAP_HEADER]: 'true' }),
      },
    });
  };

  const answer = (
    route: Route,
    kind: MockRoute,
    request: MockRequest,
    url: URL,
    effects: readonly FaultEffect[],
  ): Response => {
    const { headers, body } = request;
    if (kind === 'start') {
      const operation = begin(route, headers.get(IDEMPOTENCY_HEADER), body);
      return wantsJson(headers)
        ? json(operation.snapshot, 202)
        : stream(operation, { ...request, headers: new Headers() }, url, effects);
    }
    if (kind === 'active') {
      const live = operations.filter(
        ({ scenario, snapshot }) =>
          scenario.process.name === route.process.name && !snapshot.terminal,
      );
      return json({ operations: live.map(({ snapshot }) => snapshot).reverse() });
    }
    const operation = find(route);
    switch (kind) {
      case 'snapshot':
        return json(operation.snapshot, 200, { etag: `"${operation.snapshot.seq}"` });
      case 'stream':
        return stream(operation, request, url, effects);
      case 'page': {
        const after = Number(headers.get('last-event-id') || url.searchParams.get('after') || '0');
        return json({
          events: operation.log.filter(({ seq }) => seq > after),
          terminal: operation.snapshot.terminal,
        });
      }
      case 'confirm-burn': {
        const reported =
          (body as { burnTxSignature?: string } | undefined)?.burnTxSignature ?? SIGNATURE;
        operation.confirm(reported);
        return json({
          success: true,
          message: 'The burn is reported. The chain decides.',
          burnTxSignature: reported,
          operation: operation.snapshot,
        });
      }
      case 'burn-transaction':
        if (operation.snapshot.status !== 'awaiting_burn')
          throw new NftUpgradeError('burn_not_expected', { operationId: operation.id });
        operation.emit('awaiting_burn', operation.snapshot.now);
        return json({
          burnTransaction: operation.snapshot.now.burnTransaction,
          operation: operation.snapshot,
        });
      default:
        operation[kind]();
        return json(operation.snapshot, 202);
    }
  };

  return {
    basePath,
    requests,
    operations,
    reset,
    get starts() {
      return requests.filter(({ route }) => route === 'start').length;
    },
    async fetch(input, init) {
      // Relative addresses are the rule in pages, and no runtime but a page can make a Request of
      // one.
      const request =
        typeof input === 'string'
          ? new Request(new URL(input, 'http://mock.invalid'), init)
          : input;
      const url = new URL(request.url);
      const route = matchRoute(processes, basePath, url.pathname);
      const kind = route && kindOf(route, request);
      const text = await request.text();
      const seen: MockRequest = {
        method: request.method,
        path: url.pathname + url.search,
        route: kind,
        headers: new Headers(request.headers),
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      };
      requests.push(seen);
      const effects = route && kind ? strike(kind, route.process.name) : [];
      if (effects.some((effect) => effect.kind === 'hang')) await aborted(request.signal);
      try {
        if (!route || !kind) throw new NftUpgradeError('not_found');
        const refusal = effects.find((effect) => effect.kind === 'problem');
        if (refusal) return problem(new NftUpgradeError(refusal.code), refusal.retryAfterS);
        const response = answer(route, kind, seen, url, effects);
        // The start was taken: only its answer is lost.
        if (effects.some((effect) => effect.kind === 'lost')) {
          await response.body?.cancel();
          throw new TypeError('fetch failed');
        }
        return response;
      } catch (thrown) {
        if (!isNftUpgradeError(thrown)) throw thrown;
        return problem(toNftUpgradeError(thrown, 'internal'));
      }
    },
  };
}

const wantsJson = (headers: Headers): boolean => headers.get('accept') === 'application/json';

function kindOf(route: Route, { method, headers }: Request): MockRoute | null {
  if (route.kind === 'start') return method === 'POST' ? 'start' : 'active';
  if (route.kind === 'operation') return 'snapshot';
  if (route.kind === 'events') return wantsJson(headers) ? 'page' : 'stream';
  return route.kind;
}

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: {
      'content-type': 'application/json',
      [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
      ...headers,
    },
  });

const problem = (error: NftUpgradeError, retryAfterS?: number): Response => {
  const body = toProblem(error);
  return json(body, body.status, {
    'content-type': PROBLEM_TYPE,
    ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
  });
};

/** Rejects once the client gives up. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
