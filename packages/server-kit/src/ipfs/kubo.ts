import type { ContentStore } from '../ports/content-store.ts';
import { contentOf, storedAs } from './answer.ts';
import { cidOf, parseCid } from './cid.ts';
import type { HttpStoreOptions } from './http.ts';
import { addedHash, isUnknownBlock } from './kubo-answer.ts';
import { kuboClient } from './kubo-client.ts';

export interface KuboStoreOptions extends HttpStoreOptions {
  /**
   * Address of the RPC API of a Kubo node, or of a service that speaks it: `http://127.0.0.1:5001`.
   * Without user, password, query and fragment.
   */
  url: string;
  /** Sent with every request, for example `Authorization`. The values never appear in an error. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * Stores and pins content with the RPC API of Kubo (https://docs.ipfs.tech/reference/kubo/rpc). The
 * CID is computed here first and the node's answer compared with it, so an upload may be repeated
 * at will.
 *
 * Failures: `metadata_upload_failed` from `put`, `metadata_unavailable` from `get` (both retryable
 * for 429, 5xx, a timeout and a lost connection, not for another 4xx), `metadata_cid_mismatch` when
 * the node answers with other content. `get` gives content that `put` stored: for content that was
 * imported with other parameters the hash of the whole cannot be computed from the bytes, and it is
 * a mismatch too.
 * @throws NftUpgradeError `invalid_option` naming the option
 */
export function kuboStore(options: KuboStoreOptions): ContentStore {
  const call = kuboClient(options);
  return {
    cid: cidOf,
    async put(bytes) {
      const content = bytes.slice();
      const expected = await cidOf(content);
      const form = new FormData();
      form.append('file', new Blob([content], { type: 'application/octet-stream' }), 'content');
      const answer = await call(
        'metadata_upload_failed',
        'add',
        { 'cid-version': '1', 'raw-leaves': 'true', pin: 'true' },
        form,
      );
      if (!answer.ok) throw answer.error;
      return storedAs(expected, addedHash(answer.body));
    },
    async get(cid) {
      const asked = (await parseCid(cid)).toString();
      // Offline: what the node itself does not have is null at once. Otherwise Kubo looks for it in
      // the whole network until the timeout.
      const answer = await call('metadata_unavailable', 'cat', { arg: asked, offline: 'true' });
      if (!answer.ok) {
        if (isUnknownBlock(answer.body)) return null;
        throw answer.error;
      }
      return contentOf(asked, answer.body);
    },
  };
}
