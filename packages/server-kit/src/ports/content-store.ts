import type { CallOptions } from './call.ts';

/** A content-addressed store: IPFS, or something that speaks its CIDs. */
export interface ContentStore {
  /** The CID (version 1, base32) that `bytes` have, computed here without a network. */
  cid(bytes: Uint8Array, options?: CallOptions): Promise<string>;
  /**
   * Stores and pins `bytes`; storing them again changes nothing.
   * @throws NftUpgradeError `metadata_upload_failed` (retryable), `metadata_cid_mismatch` when the
   *   store reports another CID than the content has
   */
  put(bytes: Uint8Array, options?: CallOptions): Promise<string>;
  /** The content, its hash checked, or null when the store does not have it. */
  get(cid: string, options?: CallOptions): Promise<Uint8Array | null>;
}
