import type { Environment } from '../client/environment.ts';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import { problemBody } from '../generated.ts';
import type { ProblemBody } from '../protocol/bodies.ts';
import { fromProblem } from '../protocol/problem.ts';
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../protocol/version.ts';
import { linkAbort, orAborted } from './abort.ts';
import type { Auth, TokenReason } from './auth.ts';
import { readJson, tooLate } from './body.ts';
import type { Limits, Timing } from './timing.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path below the base URL. */
  readonly path: string;
  /** Whether events are wanted, or JSON. */
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  readonly reason: TokenReason;
  /** Aborts the exchange and the body of its answer. Has to live no longer than the exchange. */
  readonly signal: AbortSignal;
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean;
}

/** One HTTP exchange with the server. */
export interface Transport {
  /**
   * Resolves with an answer of status 2xx whose body is not read yet.
   * @throws NftUpgradeError what the server's problem says, with `status` and `retryAfterMs` in the
   *   details; `connection_lost` with `details.problem` for no answer (`late`: not in time), one of
   *   somebody else (`foreign`, `stored`) and no token (`token…`); `unauthenticated`,
   *   `protocol_unsupported`, `missing_capability`, `aborted`
   */
  send(request: TransportRequest): Promise<Response>;
  /**
   * Reads the body of an answer, of bounded size and in bounded time. @throws NftUpgradeError
   * `frame_too_large`, `invalid_frame`, `connection_lost`
   */
  json(response: Response): Promise<unknown>;
}

export interface TransportOptions {
  baseUrl: string;
  environment: Environment;
  auth: Auth;
  credentials: RequestCredentials;
  timing: Timing;
  limits: Limits;
}

export function createTransport(options: TransportOptions): Transport {
  const { auth, timing, limits, credentials } = options;
  // By itself: the fetch of a window refuses to be a method of another object, “Illegal
  // invocation”.
  const { clock, fetch } = options.environment;
  const base = readBaseUrl(options.baseUrl);

  const exchange = async (
    request: TransportRequest,
    authorization: string | null,
    protocol: number,
  ): Promise<Response> => {
    const link = linkAbort(request.signal, clock, timing.responseMs);
    try {
      const { method, body, path, stream, headers, keepalive = false } = request;
      const fetched = fetch(base + path, {
        method,
        headers: {
          Accept: stream ? 'text/event-stream' : 'application/json',
          [PROTOCOL_HEADER]: `${protocol}`,
          ...(body && { 'Content-Type': 'application/json' }),
          ...(authorization !== null && { Authorization: authorization }),
          ...headers,
        },
        body: body ? JSON.stringify(body) : null,
        keepalive,
        cache: 'no-store',
        credentials,
        // A followed redirect turns the POST into a GET, and may carry the token to where it does
        // not belong.
        redirect: 'manual',
        signal: link.signal,
      });
      return await orAborted(fetched, link.signal);
    } catch (thrown) {
      link.unlink();
      if (request.signal.aborted) throw new NftUpgradeError('aborted');
      throw link.signal.aborted
        ? tooLate(timing.responseMs)
        : toNftUpgradeError(thrown, 'connection_lost');
    } finally {
      link.stop();
    }
  };

  const json = (response: Response) =>
    readJson(response, clock, limits.maxBodyBytes, timing.responseMs);

  const errorOf = async (response: Response): Promise<NftUpgradeError> => {
    const { status } = response;
    // The server never redirects. A browser shows a redirect that it does not follow as status 0.
    if (status < 400) {
      discard(response);
      return foreign(response);
    }
    const body = await json(response).catch(() => null);
    const isOwn = isSigned(response) || (!isStored(response) && isOwnProblem(status, body));
    if (status !== 401 && !isOwn) return foreign(response);
    if (isOwn && !isSigned(response)) warnOnce();
    const retryAfterMs = readRetryAfter(response, clock.now());
    return fromProblem(status, body, retryAfterMs === null ? {} : { retryAfterMs });
  };

  let warned = false;
  const warnOnce = () => {
    if (!warned)
      options.environment.warn(
        `Answers hide ${PROTOCOL_HEADER}: name it in Access-Control-Expose-Headers.`,
      );
    warned = true;
  };

  const send = async (
    request: TransportRequest,
    protocol: number = PROTOCOL_VERSION,
  ): Promise<Response> => {
    const { reason, signal } = request;
    let response = await exchange(request, await auth.authorization(reason, signal), protocol);
    if (response.status === 401 && auth.refreshable) {
      discard(response);
      const renewed = await auth.authorization('unauthorized', signal);
      response = await exchange(request, renewed, protocol);
    }
    const spoken = Number(headerOf(response, PROTOCOL_HEADER));
    // A server of the time before this version refuses it, and says which one it speaks. The next
    // answer may come from a newer one, during a deployment, so this is remembered nowhere.
    if (response.status === 426 && spoken && spoken < protocol) {
      discard(response);
      return send(request, spoken);
    }
    if (!response.ok) throw await errorOf(response);
    const isNewer = spoken > PROTOCOL_VERSION;
    if (!isNewer && !isStored(response)) return response;
    discard(response);
    throw isNewer ? protocolUnsupported(spoken) : foreign(response, 'stored');
  };

  return { json, send };
}

export const protocolUnsupported = (server: number) =>
  new NftUpgradeError('protocol_unsupported', {
    details: { problem: 'server', server, client: PROTOCOL_VERSION },
  });

/**
 * An answer of somebody else than the server: it says nothing about the operation, whatever its
 * status is.
 */
export function foreign(response: Response, problem = 'foreign'): NftUpgradeError {
  const { status } = response;
  return new NftUpgradeError('connection_lost', {
    details: { problem, status, retryAfterMs: readRetryAfter(response, 0) },
  });
}

/**
 * A cache on the way gave the answer: it is of another time. Some proxies add an age of 0 to all
 * that they pass on.
 */
const isStored = (response: Response): boolean => Number(headerOf(response, 'age') || 0) !== 0;

/** P-HTTP-01: the server says that it is the server. */
export const isSigned = (response: Response): boolean =>
  headerOf(response, PROTOCOL_HEADER) !== '' && !isStored(response);

/**
 * Where the header is hidden from other origins a whole problem speaks for itself: frameworks and
 * proxies that send problems too know nothing of `code`, `retryable` and `actor`.
 */
const isOwnProblem = (status: number, body: unknown): boolean =>
  problemBody(body) && (body as ProblemBody).status === status;

/** A header of an answer; an empty string where it has none. */
export const headerOf = (response: Response, name: string): string =>
  response.headers.get(name) ?? '';

/**
 * Seconds, or a date: then counted from the server's own `Date`, since the clock here may be wrong.
 */
export function readRetryAfter(response: Response, now: number): number | null {
  const value = headerOf(response, 'retry-after');
  const server = Date.parse(headerOf(response, 'date')) || now;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - server;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** A body that nobody reads keeps its connection open. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/**
 * @throws NftUpgradeError `invalid_option` without the text: `fetch` would refuse credentials with
 *   the whole URL in its message
 */
function readBaseUrl(baseUrl: string): string {
  if (
    /^[a-z][a-z\d+.-]*:/i.test(baseUrl) &&
    !/^https?:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/i.test(baseUrl)
  ) {
    throw new NftUpgradeError('invalid_option', {
      details: { option: 'baseUrl', problem: 'base_url' },
    });
  }
  return baseUrl.replace(/\/+$/, '');
}
