import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Step } from './driver.ts';
import { inUse, isOwedFor } from './found-burn.ts';
import { memoOf } from './identity.ts';
import { needChain } from './needs.ts';
import { target } from './target.ts';

/**
 * Tries a burn before anything is signed. An NFT whose burn is on the chain already is let through
 * without a prompt where an operation owes for it that nobody remembers.
 * @throws NftUpgradeError `nft_already_upgraded`, `nft_in_use`, and what `locate` and `prepare`
 *   throw
 */
export async function preflightBurn(step: Step): Promise<null> {
  const { burn } = needChain(step);
  // Before the chain: an issuer who kept power over a mint can make it anew under the same
  // address, and its burn would count for nothing.
  await refuseUsed(step);
  const nft = await burn.locate(target(step)).catch((error: unknown) => burnedBefore(step, error));
  if (!nft) return null;
  // Simulated here and thrown away: a wallet without SOL for the fee is told before anything is
  // reserved for long.
  await burn.prepare({ operationId: step.operation.id, memo: memoOf(step), nft, attempt: 1 });
  return null;
}

/**
 * An NFT is burned once, and by one operation at a time: the tables say so when it comes to it, and
 * this says it before anything is signed. The operation that burned it may have been deleted since.
 */
async function refuseUsed(step: Step): Promise<void> {
  const rows = await step.read<{ live: boolean }>(
    `select o.live from nft_upgrade.operation o where o.id <> $2
       and (o.id = (select operation_id from nft_upgrade.burned where asset = $1)
         or (o.nft = $1 and o.live))
     union all select false from nft_upgrade.burned b where b.asset = $1 and b.operation_id <> $2
       and not exists (select 1 from nft_upgrade.operation where id = b.operation_id)`,
    [target(step).mint, step.operation.id],
  );
  if (rows.some(({ live }) => live)) throw inUse();
  if (rows.length > 0)
    throw new NftUpgradeError('nft_already_upgraded', {
      details: { required: 'an NFT that was not upgraded', actual: 'upgraded' },
    });
}

/**
 * The NFT is not in the wallet. Where it was burned for an operation that did not deliver, as one
 * that a restored database has forgotten, the burn is skipped.
 * @throws the error itself when there is no such burn
 */
async function burnedBefore(step: Step, error: unknown): Promise<null> {
  const { burn } = needChain(step);
  if (!isNftUpgradeError(error) || error.code !== 'nft_not_owned' || !burn.find) throw error;
  const found = await burn.find(target(step));
  if (!found || !(await isOwedFor(step, found))) throw error;
  // What was seen on the chain stays true; the phases after this one read it.
  await step.attempts.write('found', 1, found);
  return null;
}
