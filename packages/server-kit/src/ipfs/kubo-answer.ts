import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import * as z from 'zod/mini';
import { parseJson, readAs, unpromised } from './answer.ts';

const added = z.object({ Hash: z.string() });
const failed = z.object({ Message: z.string(), Type: z.literal('error') });

/**
 * The CID in the answer to `add`: one JSON object a line, the root of the content last.
 * @throws NftUpgradeError `metadata_upload_failed`
 */
export function addedHash(body: Uint8Array): string {
  const lines = new TextDecoder().decode(body).trimEnd().split('\n');
  // The status is sent before the work is done, so a full disk arrives as the last line of a 200.
  const last = parseJson(lines.at(-1) ?? '');
  const hash = readAs(added, last)?.Hash;
  if (hash !== undefined) return hash;
  if (readAs(failed, last))
    throw new NftUpgradeError('metadata_upload_failed', {
      message: 'The Kubo node failed while it stored the content.',
      details: { endpoint: 'add' },
    });
  throw unpromised('the Kubo node');
}

/**
 * True for Kubo's answer, a 500, when it does not have a block: `block was not found locally
 * (offline): ipld: could not find …`.
 */
export function isUnknownBlock(body: Uint8Array): boolean {
  const { Message = '' } = readAs(failed, parseJson(body)) ?? {};
  return /\bnot found\b|could not find/.test(Message);
}
