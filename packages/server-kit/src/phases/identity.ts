import { isFormer } from '@aiw3/nft-upgrade/protocol';
import { burnMemo, formerBurnMemo } from '@aiw3/nft-upgrade/solana';
import { deploymentTag } from '../deployment.ts';
import { anonymous } from '../journal/anonymous.ts';
import type { Step } from './driver.ts';
import { foundBurn } from './found-burn.ts';
import { needChain } from './needs.ts';
import { target } from './target.ts';

/** The text that binds a burn to this operation: in the form that pages of its version demand. */
export const memoOf = ({ loaded: { process, row }, deployment }: Step): string =>
  isFormer(process, row)
    ? formerBurnMemo(row.id)
    : burnMemo({ operationId: row.id, deployment: deploymentTag(deployment) });

/** For one burned NFT one new one, whatever becomes of operations and databases. */
export const identityOfBurn = (mint: string): string => `burned:${mint}`;

/**
 * What the new NFT is minted for, from which its address follows. It is fixed with the
 * qualification. Operations of a former version are named by themselves, as nodes of their time
 * expect, unless the burn was there before them: then several operations may come for it.
 */
export async function identityOf(step: Step): Promise<string> {
  const { process, row } = step.loaded;
  const burns = process.phases.includes('burn');
  if (isFormer(process, row) && !(burns && (await foundBurn(step)))) return row.id;
  return burns ? identityOfBurn(target(step).mint) : identityOfClaim(step, row.mint_key);
}

/**
 * A claim by a key: the address can be told by nobody without it, is found again by a database that
 * has forgotten the claim, and is another one for the next claim of the same.
 */
export async function identityOfClaim(step: Step, key: string): Promise<string> {
  const { process, principal, subject } = step.loaded.row;
  const [row] = await step.read<{ delivered: number }>(
    `select (count(*) + coalesce((select number from nft_upgrade.delivered_before
        where who = ${anonymous('$1', '$2', '$3')}), 0))::int as delivered
      from nft_upgrade.operation
      where principal = $1 and process = $2 and subject = $3 and status = 'completed'`,
    [principal, process, subject],
  );
  // What two claims of a campaign have in common, the rule `subject` says: that is what may be
  // claimed once at a time.
  const claim = [step.deployment, process, subject, principal, row?.delivered ?? 0];
  const digest = await needChain(step).mint.digest(key, JSON.stringify(claim));
  return `claim:${key}:${digest}`;
}
