import type { Db } from '../../db/db.ts';
import { ALERTS, enqueueOutbox } from '../../publish/outbox.ts';

interface Late {
  operation_id: string;
  compensation_id: string;
  process: string;
  minutes: number;
  evidence: Record<string, unknown>;
}

/**
 * An obligation of the future is one from before the clock was set back: rather too early than an
 * hour too late.
 */
const isLate = `o.settlement is null and o.alarmed_at is null
  and o.opened_at not between clock_timestamp() - make_interval(secs => $1) and clock_timestamp()`;

/**
 * Calls people, once, about each obligation that is older than `olderThanMs`. The mark and the
 * alert are one transaction, so no node calls twice and no crash swallows a call. Resolves with how
 * many there were.
 */
export async function raiseAlarms(db: Db, olderThanMs: number): Promise<number> {
  // Most of the time there is none, which a look at a small index tells.
  const [any] = await db.sql(`select 1 from nft_upgrade.obligation o where ${isLate} limit 1`, [
    olderThanMs / 1000,
  ]);
  if (!any) return 0;
  return db.tx(async (sql) => {
    const late = await sql<Late>(
      `update nft_upgrade.obligation o set alarmed_at = clock_timestamp()
       from nft_upgrade.operation p
       where p.id = o.operation_id and ${isLate}
       returning o.operation_id, o.compensation_id, p.process,
         greatest(0, floor(extract(epoch from clock_timestamp() - o.opened_at) / 60))::int
           as minutes, o.evidence`,
      [olderThanMs / 1000],
    );
    for (const {
      operation_id: id,
      process,
      minutes,
      compensation_id: compensationId,
      evidence,
    } of late) {
      const alert = {
        severity: 'critical',
        summary: `${process} is owed for ${minutes} minutes and nobody has settled it`,
        evidence: { ...evidence, compensationId },
      };
      await enqueueOutbox(sql, id, 'alert', alert, [ALERTS]);
    }
    return late.length;
  });
}
