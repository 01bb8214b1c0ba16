import { type ErrorCode, isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { KuboStoreOptions } from './kubo.ts';

/** A whole answer. For a refusal `error` is what to throw, unless the body says that it is none. */
type Answer = { ok: true; body: Uint8Array<ArrayBuffer> } | { ok: false; body: Uint8Array<ArrayBuffer>; error: NftUpgradeError };

type Call = (code: ErrorCode, endpoint: string, query: Readonly<Record<string, string>>, form?: FormData) => Promise<Answer>;

const option = (name: string, message: string): NftUpgradeError =>
  new NftUpgradeError('invalid_option', { message: `The option ${name} of kuboStore ${message}`, details: { option: name } });

function baseUrl(url: string): URL {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw option('url', 'has to be an http or https address.');
  // fetch refuses such an address, and puts the password into the message of its error.
  if (parsed.username !== '' || parsed.password !== '')
    throw option('url', 'must not hold a user and password: set headers.Authorization.');
  if (parsed.search !== '' || parsed.hash !== '') throw option('url', 'must not have a query or fragment: set headers.');
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/';
  return parsed;
}

function checkedHeaders(headers: Readonly<Record<string, string>> = {}): Headers {
  try {
    return new Headers(headers);
  } catch {
    // The cause is left out: it quotes the value, and that may be a token with a line break at its end.
    throw option('headers', 'has a name or value that HTTP does not allow, for example a line break.');
  }
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw option(name, 'has to be a whole number above 0.');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && /^[A-Z_0-9]{1,40}$/i.test(value) ? value : undefined);

/** A word for what broke the connection: `ECONNREFUSED`, `TimeoutError`. Never a message: what a fetch of the host puts into it is not known. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return (cause instanceof Error && 'code' in cause ? textOf(cause.code) : undefined) ?? textOf(error.name) ?? 'unknown';
}

async function readBody(response: Response, maxBytes: number, tooLarge: () => NftUpgradeError): Promise<Uint8Array<ArrayBuffer>> {
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

/** Calls of Kubo's RPC API: always POST, `/api/v0/<endpoint>`. Checks the options. */
export function kuboClient(options: KuboStoreOptions): Call {
  const { fetch = globalThis.fetch, timeoutMs = 30_000, maxBytes = 64 * 1024 * 1024 } = options;
  const base = baseUrl(options.url);
  const headers = checkedHeaders(options.headers);
  positive('timeoutMs', timeoutMs);
  positive('maxBytes', maxBytes);

  return async (code, endpoint, query, form) => {
    const failure = (message: string, retryable: boolean, more: Record<string, unknown>): NftUpgradeError =>
      new NftUpgradeError(code, { message, retryable, details: { host: base.host, endpoint, ...more } });
    const url = new URL(`api/v0/${endpoint}?${new URLSearchParams(query)}`, base);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      // A redirect would carry the headers to somebody else.
      const response = await fetch(url, { method: 'POST', headers, signal, redirect: 'error', ...(form && { body: form }) });
      const body = await readBody(response, maxBytes, () => failure(`The answer is larger than ${maxBytes} bytes.`, false, { maxBytes }));
      if (response.ok) return { ok: true, body };
      const { status } = response;
      const error = failure(`The Kubo node answered with HTTP ${status}.`, status === 429 || status >= 500, { status });
      return { ok: false, body, error };
    } catch (error) {
      if (isNftUpgradeError(error)) throw error;
      if (signal.aborted) throw failure(`The Kubo node did not answer within ${timeoutMs} ms.`, true, { timeoutMs });
      throw failure('The Kubo node cannot be reached.', true, { reason: reasonOf(error) });
    }
  };
}
