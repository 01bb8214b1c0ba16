import type { Db, Sql } from '../../db/db.ts';
import { ALERTS, enqueueOutbox } from '../../publish/outbox.ts';
import { openObligation } from './open.ts';

interface Aged {
  id: string;
  process: string;
  status: string;
  asset: 'at_risk' | 'burned_owed' | 'delivered';
  seq: number;
  lease: number;
  since: Date;
  minutes: number;
}

const places = {
  at_risk: 'its burn may land or not',
  burned_owed: 'the old NFT is burned and the new one is owed',
  delivered: 'the new NFT is delivered and not in the records',
} as const;

const since = 'coalesce(asset_since, updated_at)';
const oldest = (when: string, lock: string) => `array(select id from nft_upgrade.operation
  where live and not alerted and asset in ('at_risk', 'burned_owed', 'delivered')
    and ${since} ${when} order by ${since} limit $2 ${lock})`;
/**
 * Two ranges of one small index: for both in one condition the planner reads all live operations.
 * What is of the future is from before the clock was set back: rather too early than too late.
 */
const aged = (lock = '') =>
  `${oldest('<= now() - make_interval(secs => $1)', lock)}
    || ${oldest(`> now() + interval '1 second'`, lock)}`;
/** At once; the next round has the next ones. */
const MOST = 100;

/**
 * Alerts people, once, about each operation whose asset is where it should not stay for longer than
 * `olderThanMs`, whichever status it is in and whether or not anything failed: nothing stands still
 * unseen. Later `raiseAlarms` does so again. Resolves with how many there were.
 */
export async function raiseAges(db: Db, olderThanMs: number): Promise<number> {
  // Most of the time there is none, which a look at a small index tells.
  const [any] = await db.sql<{ ids: string[] }>(`select ${aged()} as ids`, [
    olderThanMs / 1_000,
    1,
  ]);
  if (!any?.ids.length) return 0;
  return db.tx(async (sql) => {
    const found = await sql<Aged>(
      `update nft_upgrade.operation set alerted = true
       where id = any(${aged('for update skip locked')})
       returning id, process, status, asset, seq, lease, ${since} as since,
         greatest(0, floor(extract(epoch from clock_timestamp() - ${since}) / 60))::int as minutes`,
      [olderThanMs / 1_000, MOST],
    );
    for (const operation of found) await alert(sql, operation);
    return found.length;
  });
}

async function alert(sql: Sql, operation: Aged): Promise<void> {
  const { id, process, status, asset, since, minutes } = operation;
  const severity = asset === 'burned_owed' ? 'critical' : 'warning';
  const evidence = { code: 'aged', status, asset, since: since.toISOString() };
  const summary = `${process} stands in ${status} for ${minutes} minutes: ${places[asset]}`;
  if (await openObligation(sql, operation, { kind: 'age', severity, summary, evidence, since }))
    return;
  // There is one, so people know; unless it was decided to be paid, and is not.
  const [unpaid] = await sql(
    `select 1 from nft_upgrade.obligation where operation_id = $1 and settlement = 'compensated'`,
    [id],
  );
  if (!unpaid) return;
  const text = `${process} is to be compensated for ${minutes} minutes and is not`;
  const data = { severity: 'critical', summary: text, evidence };
  await enqueueOutbox(sql, id, 'alert', data, [ALERTS]);
}
