import type { ErrorCode } from '@aiw3/nft-upgrade/protocol';
import { type Answer, baseUrl, checkedHeaders, httpStore } from './http.ts';
import type { KuboStoreOptions } from './kubo.ts';

type KuboCall = (
  code: ErrorCode,
  endpoint: string,
  query: Readonly<Record<string, string>>,
  form?: FormData,
) => Promise<Answer>;

/** Calls of Kubo's RPC API: always POST, `/api/v0/<endpoint>`. Checks the options. */
export function kuboClient(options: KuboStoreOptions): KuboCall {
  const base = baseUrl('kuboStore', 'url', options.url);
  const send = httpStore(
    'kuboStore',
    'The Kubo node',
    options,
    checkedHeaders('kuboStore', options.headers),
  );
  return (code, endpoint, query, form) => {
    const url = new URL(`api/v0/${endpoint}?${new URLSearchParams(query)}`, base);
    return send(code, endpoint, url, { method: 'POST', ...(form && { body: form }) });
  };
}
