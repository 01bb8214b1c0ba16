import type { Sql } from '../db/db.ts';
import { heldOperation } from '../journal/attempts.ts';
import type { FoundBurn } from '../ports/chain.ts';
import { ALERTS } from '../publish/outbox.ts';
import type { Step } from './driver.ts';

/** What people decided about a burn without a memo of ours. */
export type BurnDecision = 'open' | 'honoured' | 'declined';

/** Null for a burn that nobody has noted. */
export async function decisionOn(
  read: Sql,
  mint: string,
  owner: string,
): Promise<BurnDecision | null> {
  const [row] = await read<{ decision: BurnDecision }>(
    'select decision from nft_upgrade.unbound_burn where asset = $1 and owner = $2',
    [mint, owner],
  );
  return row?.decision ?? null;
}

const UNBOUND =
  'An NFT was burned, and no operation lived that the burn was for. Nothing is minted for it ' +
  'unless you decide so: nft-upgrade burns list';

/**
 * Lists a burn for people to decide about, and alerts them, once for each NFT: whatever is started
 * for it again, it stays one question. A step that comes late notes nothing.
 */
export async function noteUnboundBurn(
  step: Step,
  { mint, owner, memo, signature, slot }: FoundBurn & { mint: string; owner: string },
  summary = UNBOUND,
): Promise<void> {
  const { id, seq, lease } = step.loaded.row;
  const alert = {
    severity: 'warning',
    summary,
    evidence: { mint, owner, burnTxSignature: signature, memo },
  };
  await step.read(
    `with held as (${heldOperation}),
     noted as (
       insert into nft_upgrade.unbound_burn (asset, owner, signature, slot, memo, operation_id)
         select $4, $5, $6, $7::bigint, $8, id from held on conflict (asset) do nothing
         returning operation_id),
     told as (
       insert into nft_upgrade.outbox (operation_id, topic, data)
         select operation_id, 'alert', $9::jsonb from noted returning id, operation_id)
     insert into nft_upgrade.delivery (sink, outbox_id, operation_id)
       select $10, id, operation_id from told`,
    [id, seq, lease, mint, owner, signature, slot, memo, alert, ALERTS],
    'nft_upgrade_note_burn',
  );
}
