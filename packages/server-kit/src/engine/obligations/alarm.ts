import type { Db } from '../../db/db.ts';
import { ALERTS, enqueueOutbox } from '../../publish/outbox.ts';

interface Late {
  operation_id: string;
  compensation_id: string;
  process: string;
  status: string;
  kind: 'delivery' | 'records' | 'age';
  settlement: string | null;
  minutes: number;
  evidence: Record<string, unknown>;
}

const late = (since: string) => `o.alarmed_at is null and ${since}
  not between clock_timestamp() - make_interval(secs => $1) and clock_timestamp()`;
/**
 * Nobody has settled it, or it was decided to be paid and is not. One of the future is from before
 * the clock was set back: rather too early than an hour too late.
 */
const conditions = [
  `o.settlement is null and ${late('o.opened_at')}`,
  `o.settlement = 'compensated' and ${late('o.settled_at')}`,
] as const;
const lateOnes = conditions
  .map(
    (condition) => `select o.operation_id from nft_upgrade.obligation o
      join nft_upgrade.operation p on p.id = o.operation_id and p.live where ${condition}`,
  )
  .join(' union all ');
/** At once; the next round has the next ones. */
const MOST = 100;

/**
 * Calls people, once, about each obligation that is older than `olderThanMs`. The mark and the
 * alert are one transaction, so no node calls twice and no crash swallows a call. Resolves with how
 * many there were.
 */
export async function raiseAlarms(db: Db, olderThanMs: number): Promise<number> {
  // Most of the time there is none, which a look at a small index tells.
  const [any] = await db.sql(`${lateOnes} limit 1`, [olderThanMs / 1000]);
  if (!any) return 0;
  return db.tx(async (sql) => {
    const found = await sql<Late>(
      `update nft_upgrade.obligation o set alarmed_at = clock_timestamp()
       from nft_upgrade.operation p
       where p.id = o.operation_id and o.alarmed_at is null and o.operation_id in
         (select operation_id from nft_upgrade.obligation where operation_id in
           (${lateOnes} limit $2) for update skip locked)
       returning o.operation_id, o.compensation_id, o.kind, o.settlement, p.process, p.status,
         greatest(0, floor(extract(epoch from clock_timestamp()
           - coalesce(o.settled_at, o.opened_at)) / 60))::int as minutes, o.evidence`,
      [olderThanMs / 1000, MOST],
    );
    for (const obligation of found) {
      const { operation_id: id, compensation_id: compensationId, evidence } = obligation;
      const alert = {
        severity: 'critical',
        summary: summaryOf(obligation),
        evidence: { ...evidence, compensationId },
      };
      await enqueueOutbox(sql, id, 'alert', alert, [ALERTS]);
    }
    return found.length;
  });
}

function summaryOf({ process, status, kind, settlement, minutes }: Late): string {
  if (settlement === 'compensated')
    return `${process} is to be compensated for ${minutes} minutes and is not`;
  if (kind === 'delivery')
    return `${process} is owed for ${minutes} minutes and nobody has settled it`;
  return `${process} stands in ${status} for ${minutes} minutes and nobody has helped it on`;
}
