import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type * as z from 'zod/mini';
import { cidMismatch, cidOf } from './cid.ts';

/** JSON out of an answer, or undefined for what is none. */
export function parseJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** What an answer says, where it has the documented form. */
export const readAs = <Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
): z.infer<Schema> | undefined => schema.safeParse(value).data as z.infer<Schema> | undefined;

/** A service took an upload and answered with something that its API does not promise. */
export const unpromised = (service: string): NftUpgradeError =>
  new NftUpgradeError('metadata_upload_failed', {
    message: `The answer of ${service} is not what its API promises.`,
  });

/**
 * The CID under which a store says that it keeps the content. @throws NftUpgradeError
 * `metadata_cid_mismatch` for another one than the content has
 */
export function storedAs(expected: string, actual: string): string {
  if (actual !== expected) throw cidMismatch(expected, actual);
  return expected;
}

/**
 * Content as it came from a store. @throws NftUpgradeError `metadata_cid_mismatch` where it is not
 * what the CID names
 */
export async function contentOf(
  cid: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  storedAs(cid, await cidOf(body));
  return body;
}
