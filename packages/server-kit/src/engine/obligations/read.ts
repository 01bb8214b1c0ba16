import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../../db/db.ts';

/** An obligation: who is owed what, since when, and why it could not be delivered yet. */
export interface Obligation {
  operationId: string;
  compensationId: string;
  process: string;
  /**
   * `delivery`: what is owed could not be delivered. `records`: what was delivered is not in the
   * records of the host. `age`: it stands where it should not, for too long; it goes on by itself
   * once it can.
   */
  kind: 'delivery' | 'records' | 'age';
  principal: string;
  wallet: string | null;
  openedAt: Date;
  /** Age in milliseconds, by the clock of the database. */
  ageMs: number;
  evidence: Readonly<Record<string, unknown>>;
  /** When the alarm about its age went out; null while it is young. */
  alarmedAt: Date | null;
  settlement: 'delivered' | 'compensated' | null;
  settledAt: Date | null;
}

/** Which obligations are asked for. */
export interface ObligationQuery {
  /** Also the settled ones. Default false. */
  all?: boolean;
  /** Only those at least this old, in milliseconds. Default 0. */
  olderThanMs?: number;
  /** Default 100. */
  limit?: number;
}

const select = `select o.operation_id as "operationId", o.compensation_id as "compensationId",
    p.process, o.kind, p.principal, p.wallet, o.opened_at as "openedAt",
    (extract(epoch from clock_timestamp() - o.opened_at) * 1000)::bigint as "ageMs", o.evidence,
    o.alarmed_at as "alarmedAt", o.settlement,
    o.settled_at as "settledAt"
  from nft_upgrade.obligation o join nft_upgrade.operation p on p.id = o.operation_id`;

/** Until it is paid, one that is to be compensated is open. */
export const isOpen = `(o.settlement is null or (o.settlement = 'compensated' and p.live))`;

/** Oldest first. Needs nothing but the database. */
export const listObligations = (
  db: Db,
  { all = false, olderThanMs = 0, limit = 100 }: ObligationQuery = {},
): Promise<Obligation[]> =>
  db.sql<Obligation>(
    `${select} where ($1 or ${isOpen})
      and o.opened_at <= clock_timestamp() - make_interval(secs => $2)
      order by o.opened_at limit $3`,
    [all, olderThanMs / 1000, limit],
  );

/** @throws NftUpgradeError `not_found` */
export async function findObligation(db: Db, operationId: string): Promise<Obligation> {
  const [obligation] = await db.sql<Obligation>(`${select} where o.operation_id = $1`, [
    operationId,
  ]);
  if (obligation) return obligation;
  throw new NftUpgradeError('not_found', {
    message: `No debt is known for the operation ${operationId}.`,
    operationId,
  });
}
