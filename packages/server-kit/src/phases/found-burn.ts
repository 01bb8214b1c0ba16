import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { formerBurnMemo, type NamedBurn, readBurnMemo } from '@aiw3/nft-upgrade/solana';
import { deploymentTag } from '../deployment.ts';
import { knownMintKeys } from '../journal/mint-keys.ts';
import type { FoundBurn } from '../ports/chain.ts';
import type { Step } from './driver.ts';
import { needChain } from './needs.ts';
import { target } from './target.ts';
import { decisionOn, noteUnboundBurn } from './unbound-burn.ts';

/** As nodes of the time before `memo` wrote it: the operation of a memo of the former form. */
type StoredBurn = FoundBurn | (Omit<FoundBurn, 'memo'> & { operationId: string });

/** The burn that was there before the operation; null where it burns itself. */
export async function foundBurn(step: Step): Promise<FoundBurn | null> {
  const [found] = await step.attempts.list<StoredBurn>('found');
  if (!found) return null;
  const { data } = found;
  return 'memo' in data ? data : { ...data, memo: formerBurnMemo(data.operationId) };
}

/**
 * Judges a burn that was found for an NFT that is gone: does it count here? A memo of ours tells of
 * an operation that was forgotten, or that ended before its burn landed. One of an operation for
 * another NFT, or of another deployment, tells nothing, as anybody writes what he likes beside his
 * own burn: then, and without a memo, people decide, once.
 * @throws NftUpgradeError `nft_in_use` where an operation lives that the memo names
 */
export async function isOwedFor(step: Step, found: FoundBurn): Promise<boolean> {
  const { mint, owner } = target(step);
  const named = found.memo === null ? null : readBurnMemo(found.memo);
  if (named && (await isOfThisDeployment(step, named))) {
    const stored = await storedOperation(step, named);
    if (!stored || stored.mint === mint) {
      if (stored?.live) throw inUse();
      return true;
    }
  }
  if ((await decisionOn(step.read, mint, owner)) === 'honoured') return true;
  await noteUnboundBurn(step, { ...found, mint, owner });
  return false;
}

/**
 * The id is the first authority by default, so a database that was lost as a whole, and came back
 * after a rotation, is known by any of the authorities that it is given.
 */
async function isOfThisDeployment(step: Step, named: NamedBurn): Promise<boolean> {
  if (named.version === 1) return true;
  const keys = [...needChain(step).mint.keys, ...(await knownMintKeys(step.read))];
  return [step.deployment, ...keys].some((id) => deploymentTag(id) === named.deployment);
}

/** Without the id of the other operation: it may be somebody else's. */
export const inUse = (): NftUpgradeError =>
  new NftUpgradeError('nft_in_use', {
    details: { required: 'an NFT of no other operation', actual: 'in use' },
  });

interface StoredOperation {
  readonly id: string;
  readonly live: boolean;
  /** The NFT that it is about; null when it never got so far. */
  readonly mint: string | null;
}

/** The operation that a memo names, where this database knows it. */
export async function storedOperation(
  { read, idPrefixes }: Pick<Step, 'read' | 'idPrefixes'>,
  { version, operation }: NamedBurn,
): Promise<StoredOperation | undefined> {
  const ids = version === 1 ? [operation] : idPrefixes.map((prefix) => `${prefix}_${operation}`);
  const [stored] = await read<StoredOperation>(
    `select o.id, o.live, (select data->'currentNFT'->>'mintAddress' from nft_upgrade.event e
        where e.operation_id = o.id and e.status = 'qualification_verified' limit 1) as mint
      from nft_upgrade.operation o where o.id = any($1::text[])`,
    [ids],
  );
  return stored;
}
