import { type ErrorCode, isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/** What the stores behind HTTP have in common. */
export interface HttpStoreOptions {
  /** Used instead of the global fetch. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds for one request, its answer included; 30 000 by default. */
  timeoutMs?: number;
  /** Largest content that `get` reads, in bytes; 64 MiB by default. */
  maxBytes?: number;
}

/**
 * A whole answer. For a refusal `error` is what to throw, unless status or body say that it is
 * none.
 */
export type Answer =
  | { ok: true; body: Uint8Array<ArrayBuffer> }
  | { ok: false; status: number; body: Uint8Array<ArrayBuffer>; error: NftUpgradeError };

export type Send = (
  code: ErrorCode,
  endpoint: string,
  url: URL,
  init: RequestInit,
) => Promise<Answer>;

export const invalidOption = (store: string, name: string, message: string): NftUpgradeError =>
  new NftUpgradeError('invalid_option', {
    message: `The option ${name} of ${store} ${message}`,
    details: { option: name },
  });

export function baseUrl(store: string, name: string, url: string): URL {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw invalidOption(store, name, 'has to be an http or https address.');
  // fetch refuses such an address, and puts the password into the message of its error.
  if (parsed.username !== '' || parsed.password !== '')
    throw invalidOption(
      store,
      name,
      'must not hold a user and password: set headers.Authorization.',
    );
  if (parsed.search !== '' || parsed.hash !== '')
    throw invalidOption(store, name, 'must not have a query or fragment: set headers.');
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/';
  return parsed;
}

export function checkedHeaders(
  store: string,
  headers: Readonly<Record<string, string>> = {},
): Headers {
  try {
    return new Headers(headers);
  } catch {
    // The cause is left out: it quotes the value, and that may be a token with a line break at its
    // end.
    throw invalidOption(
      store,
      'headers',
      'has a name or value that HTTP does not allow, for example a line break.',
    );
  }
}

function positive(store: string, name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(store, name, 'has to be a whole number above 0.');
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[A-Z_0-9]{1,40}$/i.test(value) ? value : undefined;

/**
 * A word for what broke the connection: `ECONNREFUSED`, `TimeoutError`. Never a message: what a
 * fetch of the host puts into it is not known.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return (
    (cause instanceof Error && 'code' in cause ? textOf(cause.code) : undefined) ??
    textOf(error.name) ??
    'unknown'
  );
}

async function readBody(
  response: Response,
  maxBytes: number,
  tooLarge: () => NftUpgradeError,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an exception cancels the stream, and with it the connection.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes) throw tooLarge();
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Sends requests of a store, each within the timeout and with a bounded answer. Checks the options.
 * @param service how it is called in messages: `The Kubo node`
 */
export function httpStore(
  store: string,
  service: string,
  options: HttpStoreOptions,
  headers: Headers,
): Send {
  const { fetch = globalThis.fetch, timeoutMs = 30_000, maxBytes = 64 * 1024 * 1024 } = options;
  positive(store, 'timeoutMs', timeoutMs);
  positive(store, 'maxBytes', maxBytes);

  return async (code, endpoint, url, init) => {
    const failure = (
      message: string,
      retryable: boolean,
      more: Record<string, unknown>,
    ): NftUpgradeError =>
      new NftUpgradeError(code, {
        message,
        retryable,
        details: { host: url.host, endpoint, ...more },
      });
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      // A redirect would carry the headers to somebody else.
      const response = await fetch(url, { headers, signal, redirect: 'error', ...init });
      const body = await readBody(response, maxBytes, () =>
        failure(`The answer is larger than ${maxBytes} bytes.`, false, { maxBytes }),
      );
      if (response.ok) return { ok: true, body };
      const { status } = response;
      const error = failure(
        `${service} answered with HTTP ${status}.`,
        status === 429 || status >= 500,
        { status },
      );
      return { ok: false, status, body, error };
    } catch (error) {
      if (isNftUpgradeError(error)) throw error;
      if (signal.aborted)
        throw failure(`${service} did not answer within ${timeoutMs} ms.`, true, { timeoutMs });
      throw failure(`${service} cannot be reached.`, true, { reason: reasonOf(error) });
    }
  };
}
