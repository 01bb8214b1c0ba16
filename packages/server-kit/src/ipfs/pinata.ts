import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import * as z from 'zod/mini';
import type { ContentStore } from '../ports/content-store.ts';
import { contentOf, parseJson, readAs, storedAs, unpromised } from './answer.ts';
import { cidOf, parseCid } from './cid.ts';
import {
  baseUrl,
  checkedHeaders,
  type HttpStoreOptions,
  httpStore,
  invalidOption,
} from './http.ts';

export interface PinataStoreOptions extends HttpStoreOptions {
  /** Key of the API, a JWT. Sent to `uploads` only, and never part of an error. */
  jwt: string;
  /** Address of the upload API. Default `https://uploads.pinata.cloud`. */
  uploads?: string;
  /**
   * Gateway that `get` reads from. Default `https://gateway.pinata.cloud`; a dedicated one has no
   * rate limit.
   */
  gateway?: string;
}

const uploaded = z.object({ data: z.object({ cid: z.string() }) });

/**
 * Pins content with Pinata's API, version 3
 * (https://docs.pinata.cloud/api-reference/endpoint/upload-a-file), on the public network. The CID
 * is computed here first and the answer compared with it, so an upload may be repeated at will.
 * Content above 100 MB needs resumable uploads there, which this store does not do. It was tried
 * against a peer that keeps to the published API, never with an account. Failures are those of
 * `kuboStore`; 429 and a spent quota are what `fallbackStore` is for.
 * @throws NftUpgradeError `invalid_option` naming the option
 */
export function pinataStore(options: PinataStoreOptions): ContentStore {
  const name = 'pinataStore';
  const {
    jwt,
    uploads = 'https://uploads.pinata.cloud',
    gateway = 'https://gateway.pinata.cloud',
  } = options;
  if (typeof jwt !== 'string' || jwt === '')
    throw invalidOption(name, 'jwt', 'is missing: it is the key of the Pinata API.');
  const uploadUrl = new URL('v3/files', baseUrl(name, 'uploads', uploads));
  const gatewayUrl = baseUrl(name, 'gateway', gateway);
  const upload = httpStore(
    name,
    'Pinata',
    options,
    checkedHeaders(name, { authorization: `Bearer ${jwt}` }),
  );
  const read = httpStore(name, 'The gateway', options, new Headers());

  return {
    cid: cidOf,
    async put(bytes) {
      const content = bytes.slice();
      const expected = await cidOf(content);
      const form = new FormData();
      form.append('network', 'public');
      form.append('cid_version', 'v1');
      form.append('name', expected);
      form.append('file', new Blob([content], { type: 'application/octet-stream' }), expected);
      const answer = await upload('metadata_upload_failed', 'files', uploadUrl, {
        method: 'POST',
        body: form,
      });
      // 402 and 403 are what a spent quota or plan looks like: another provider, or this one
      // tomorrow, may take it.
      if (!answer.ok)
        throw answer.status === 402 || answer.status === 403
          ? retryable(answer.error)
          : answer.error;
      const cid = readAs(uploaded, parseJson(answer.body))?.data.cid;
      if (cid === undefined) throw unpromised('Pinata');
      return storedAs(expected, cid);
    },
    async get(cid) {
      const asked = (await parseCid(cid)).toString();
      const answer = await read(
        'metadata_unavailable',
        'ipfs',
        new URL(`ipfs/${asked}`, gatewayUrl),
        { method: 'GET' },
      );
      if (!answer.ok) {
        if (answer.status === 404) return null;
        throw answer.error;
      }
      return contentOf(asked, answer.body);
    },
  };
}

const retryable = ({ code, message, details }: NftUpgradeError): NftUpgradeError =>
  new NftUpgradeError(code, { message, details, retryable: true });
