import { Agent, fetch as undiciFetch } from 'undici';

/** `fetch` over TLS HTTP/2, trusting one certificate. Node's own fetch speaks HTTP/1.1 only. */
export function http2Fetch(ca: string): { fetch: typeof globalThis.fetch; close(): Promise<void> } {
  const dispatcher = new Agent({ allowH2: true, connect: { ca }, bodyTimeout: 0 });
  const call = (
    input: Parameters<typeof undiciFetch>[0],
    init?: Parameters<typeof undiciFetch>[1],
  ) => undiciFetch(input, { ...init, dispatcher });
  // The two types of the same standard differ in names only.
  return { fetch: call as unknown as typeof globalThis.fetch, close: () => dispatcher.close() };
}
