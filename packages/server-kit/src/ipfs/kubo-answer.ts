import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import * as z from 'zod/mini';

const added = z.object({ Hash: z.string() });
const failed = z.object({ Message: z.string(), Type: z.literal('error') });

const decode = (body: Uint8Array): string => new TextDecoder().decode(body);

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * The CID in the answer to `add`: one JSON object a line, the root of the content last.
 * @throws NftUpgradeError `metadata_upload_failed`
 */
export function addedHash(body: Uint8Array): string {
  const lines = decode(body)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseLine);
  // The status is sent before the work is done, so a full disk arrives as the last line of a 200.
  const last = added.safeParse(lines.at(-1));
  if (last.success) return last.data.Hash;
  throw new NftUpgradeError('metadata_upload_failed', {
    message: failed.safeParse(lines.at(-1)).success
      ? 'The Kubo node failed while it stored the content.'
      : 'The answer of the Kubo node is not what its API promises.',
    details: { endpoint: 'add' },
  });
}

/** True for Kubo's answer, a 500, when it does not have a block: `block was not found locally (offline): ipld: could not find …`. */
export function isUnknownBlock(body: Uint8Array): boolean {
  const answer = failed.safeParse(parseLine(decode(body)));
  return answer.success && /\bnot found\b|could not find/.test(answer.data.Message);
}
