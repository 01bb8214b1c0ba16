import {
  GAP_HEADER,
  IDEMPOTENCY_HEADER,
  NftUpgradeError,
  PROTOCOL_HEADER,
} from '@aiw3/nft-upgrade/protocol';
import { refuseUnknown } from './known.ts';

/** Which web origins may call. */
export interface CorsOptions {
  /**
   * Allowed web origins (`https://app.example.com`), or a function that knows them (one that throws
   * allows nothing). `*` stands for all and cannot go with credentials.
   */
  origins: readonly string[] | ((origin: string) => boolean);
  /** Lets cookies along. Default false: tokens travel in a header. */
  credentials?: boolean;
  /**
   * Further request headers that pages of these origins may send, by name. Default none: those of
   * the protocol, and those that tracing adds to every request by itself (`traceparent`, `baggage`,
   * `x-request-id`, `sentry-trace` and more), are always allowed.
   */
  requestHeaders?: readonly string[];
}

export interface Cors {
  /** @throws NftUpgradeError `forbidden_origin` for a page of an origin that is not on the list */
  check(request: Request, url: URL): void;
  /** Adds what lets the page read the answer. */
  decorate(request: Request, headers: Headers): void;
  /** The answer to a preflight for a route with these methods. */
  preflight(methods: string): Response;
}

const ownHeaders = [
  'Authorization',
  'Content-Type',
  'Cache-Control',
  IDEMPOTENCY_HEADER,
  'If-None-Match',
  'Last-Event-ID',
  PROTOCOL_HEADER,
  // What the tracing of a page adds by itself. One that a preflight refuses stops every request.
  'traceparent',
  'tracestate',
  'baggage',
  'X-Request-ID',
  'X-Correlation-ID',
  'Request-Id',
  'Request-Context',
  'sentry-trace',
  'b3',
  'X-B3-TraceId',
  'X-B3-SpanId',
  'X-B3-ParentSpanId',
  'X-B3-Sampled',
  'X-B3-Flags',
  'X-Amzn-Trace-Id',
  'X-Cloud-Trace-Context',
  'X-Datadog-Origin',
  'X-Datadog-Trace-Id',
  'X-Datadog-Parent-Id',
  'X-Datadog-Sampling-Priority',
  'newrelic',
  'elastic-apm-traceparent',
  'uber-trace-id',
];
const exposedHeaders = [
  'Content-Location',
  'ETag',
  'Location',
  'Retry-After',
  PROTOCOL_HEADER,
  GAP_HEADER,
];

/** Seconds a browser may remember a preflight. Chromium keeps none longer than two hours. */
const MAX_AGE_S = 7200;

/**
 * @throws NftUpgradeError `invalid_option` for an origin that can match nothing, for `*` with
 *   credentials, for a name that is no header's, and for an option that does not exist
 */
export function createCors(
  options: CorsOptions | undefined,
  report: (error: unknown) => void,
): Cors {
  refuseUnknown('cors', options, ['origins', 'credentials', 'requestHeaders']);
  const { origins = [], credentials = false, requestHeaders = [] } = options ?? {};
  const allowedHeaders = [...ownHeaders, ...requestHeaders.map(headerName)].join(', ');
  const list = typeof origins === 'function' ? null : new Set(origins.map(normalise));
  const everybody = list?.has('*') ?? false;
  if (everybody && credentials) {
    throw new NftUpgradeError('invalid_option', {
      message: 'cors.origins may not be * with credentials. Name the origins.',
    });
  }
  const allows = (origin: string): boolean => {
    if (typeof origins !== 'function') return everybody || (list?.has(origin) ?? false);
    try {
      return origins(origin) === true;
    } catch (thrown) {
      report(thrown);
      return false;
    }
  };

  return {
    check(request, url) {
      const origin = request.headers.get('origin');
      if (origin === null || isSameOrigin(request, url, origin) || allows(origin)) return;
      throw new NftUpgradeError('forbidden_origin');
    },
    decorate(request, headers) {
      if (!everybody) headers.append('Vary', 'Origin');
      const origin = request.headers.get('origin');
      if (origin === null || !allows(origin)) return;
      headers.set('Access-Control-Allow-Origin', everybody ? '*' : origin);
      if (credentials) headers.set('Access-Control-Allow-Credentials', 'true');
      headers.set('Access-Control-Expose-Headers', exposedHeaders.join(', '));
    },
    preflight: (methods) =>
      new Response(null, {
        status: 204,
        headers: {
          Allow: methods,
          'Access-Control-Allow-Methods': methods,
          'Access-Control-Allow-Headers': allowedHeaders,
          'Access-Control-Max-Age': String(MAX_AGE_S),
          Vary: 'Access-Control-Request-Method, Access-Control-Request-Headers',
        },
      }),
  };
}

/**
 * A browser sends Origin with every POST, also to the page's own server. Behind a proxy that
 * rewrites Host only Sec-Fetch-Site knows, and behind one that ends TLS the schemes differ. Behind
 * Next and its like the address is the one that the server listens at, and Host the public one: no
 * page can set that header.
 */
function isSameOrigin({ headers }: Request, url: URL, origin: string): boolean {
  if (headers.get('sec-fetch-site') === 'same-origin') return true;
  const page = URL.canParse(origin) ? new URL(origin) : null;
  if (!page || page.host === '') return false;
  const host = headers.get('host') ?? url.host;
  // The page's own may leave the port out that its scheme stands for.
  return [url.host, host, host.replace(/:(80|443)$/, '')].includes(page.host);
}

/** RFC 9110, section 5.6.2: what is no token would end, or split, the header that lists it. */
function headerName(name: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && name !== '*') return name;
  throw new NftUpgradeError('invalid_option', {
    message: `cors.requestHeaders: ${JSON.stringify(name)} is no name of a header.`,
  });
}

function normalise(origin: string): string {
  if (origin === '*') return origin;
  const url = URL.canParse(origin) ? new URL(origin) : null;
  // An app's own scheme (`capacitor://localhost`) has no origin for the URL class.
  const bare =
    url !== null &&
    /^\/?$/.test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '';
  if (!url || !bare || url.host === '') {
    throw new NftUpgradeError('invalid_option', {
      message:
        `cors.origins: ${origin} is no origin. Write scheme, host and port only: ` +
        'https://app.example.com.',
    });
  }
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
}
