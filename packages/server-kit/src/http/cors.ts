import {
  GAP_HEADER,
  IDEMPOTENCY_HEADER,
  NftUpgradeError,
  PROTOCOL_HEADER,
} from '@aiw3/nft-upgrade/protocol';

/** Which web origins may call. */
export interface CorsOptions {
  /**
   * Allowed web origins (`https://app.example.com`), or a function that knows them (one that throws
   * allows nothing). `*` stands for all and cannot go with credentials.
   */
  origins: readonly string[] | ((origin: string) => boolean);
  /** Lets cookies along. Default false: tokens travel in a header. */
  credentials?: boolean;
}

export interface Cors {
  /** @throws NftUpgradeError `forbidden_origin` for a page of an origin that is not on the list */
  check(request: Request, url: URL): void;
  /** Adds what lets the page read the answer. */
  decorate(request: Request, headers: Headers): void;
  /** The answer to a preflight for a route with these methods. */
  preflight(methods: string): Response;
}

const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'Cache-Control',
  IDEMPOTENCY_HEADER,
  'If-None-Match',
  'Last-Event-ID',
  PROTOCOL_HEADER,
  // W3C Trace Context, which the tracing of a page adds by itself.
  'traceparent',
  'tracestate',
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
 * @throws NftUpgradeError `invalid_option` for an origin that can match nothing, and for `*` with
 *   credentials
 */
export function createCors(
  options: CorsOptions | undefined,
  report: (error: unknown) => void,
): Cors {
  const { origins = [], credentials = false } = options ?? {};
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
          'Access-Control-Allow-Headers': allowedHeaders.join(', '),
          'Access-Control-Max-Age': String(MAX_AGE_S),
          Vary: 'Access-Control-Request-Method, Access-Control-Request-Headers',
        },
      }),
  };
}

/**
 * A browser sends Origin with every POST, also to the page's own server. Behind a proxy that
 * rewrites Host only Sec-Fetch-Site knows, and behind one that ends TLS the schemes differ.
 */
function isSameOrigin(request: Request, url: URL, origin: string): boolean {
  if (request.headers.get('sec-fetch-site') === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === url.host;
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
