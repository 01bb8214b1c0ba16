import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import type { BurnDecision } from '../phases/unbound-burn.ts';
import { start } from './commands/start.ts';
import type { Engine } from './context.ts';
import type { Drive } from './drive.ts';

/** A burn for which no operation lived. People decide whether an NFT is minted for it. */
export interface UnboundBurn {
  /** Mint address of the NFT that was burned, base58. */
  mint: string;
  owner: string;
  burnTxSignature: string;
  slot: number;
  /** What its memo says, where that is one of ours for something else; else null. */
  memo: string | null;
  /** The operation that found it, and was refused; then the one that was begun for it. */
  operationId: string;
  process: string;
  /** Id of the user who started it. */
  principal: string;
  decision: BurnDecision;
  /** Of that operation; of the one that was begun for a burn that is honoured. */
  status: string;
  /** ISO 8601. */
  foundAt: string;
}

/** What operators do about burns for which no operation lived. */
export interface UnboundBurns {
  /** Those that wait for a decision, oldest first; or all of them. */
  list(query?: { all?: boolean; limit?: number }): Promise<UnboundBurn[]>;
  /**
   * Decides, once. What is honoured is begun by the nodes: an operation that skips the burn.
   * @throws NftUpgradeError `not_found` for a burn that does not wait for a decision
   */
  decide(mint: string, decision: 'honoured' | 'declined', by: string): Promise<void>;
}

export const unboundBurns = (db: Db): UnboundBurns => ({
  list: ({ all = false, limit = 100 } = {}) =>
    db.sql<UnboundBurn>(
      `select b.asset as mint, b.owner, b.signature as "burnTxSignature", b.slot::float8 as slot,
         b.memo, b.operation_id as "operationId", o.process, o.principal, b.decision, o.status,
         to_char(b.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "foundAt"
       from nft_upgrade.unbound_burn b join nft_upgrade.operation o on o.id = b.operation_id
       where $1 or b.decision = 'open' order by b.created_at limit $2`,
      [all, limit],
    ),

  async decide(mint, decision, by) {
    const rows = await db.sql(
      `update nft_upgrade.unbound_burn set decision = $2, decided_by = $3,
         decided_at = clock_timestamp() where asset = $1 and decision = 'open' returning asset`,
      [mint, decision, by],
    );
    if (rows.length === 0)
      throw new NftUpgradeError('not_found', {
        message: 'No burn of this NFT waits for a decision.',
      });
  },
});

/**
 * Begins what operators honour, for the user who was refused, with what he asked for. The key is
 * the burn, so any number of nodes begin one operation. Resolves with how many.
 */
export async function beginHonoured(engine: Engine, drive: Drive): Promise<number> {
  const rows = await engine.db.sql<{
    asset: string;
    owner: string;
    signature: string;
    process: string;
    principal: string;
    input: Record<string, unknown>;
  }>(
    `select b.asset, b.owner, b.signature, o.process, o.principal, o.input
     from nft_upgrade.unbound_burn b join nft_upgrade.operation o on o.id = b.operation_id
     where b.decision = 'honoured' and b.begun_at is null order by b.decided_at limit 10`,
  );
  let begun = 0;
  for (const { asset, owner, signature, process, principal, input } of rows) {
    if (!engine.rules[process]) continue;
    try {
      const { snapshot } = await start(engine, drive, {
        process,
        principal: { id: principal, wallet: owner },
        input,
        idempotencyKey: `honoured:${signature}`,
      });
      await engine.db.sql(
        `update nft_upgrade.unbound_burn set begun_at = clock_timestamp(), operation_id = $2
          where asset = $1 and begun_at is null`,
        [asset, snapshot.operationId],
      );
      engine.log.info('An operation began for a burn that operators honour.', {
        operationId: snapshot.operationId,
      });
      begun += 1;
    } catch (error) {
      engine.onError(error);
    }
  }
  return begun;
}
