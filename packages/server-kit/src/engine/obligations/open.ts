import { randomUUID } from 'node:crypto';
import type { Sql } from '../../db/db.ts';
import { writeAtomically } from '../../db/write-atomically.ts';
import type { OperationRow } from '../../journal/journal.ts';
import { ALERTS, outboxStatement } from '../../publish/outbox.ts';

/** What is written down, and said to people. */
export interface ObligationOpening {
  readonly kind: 'records' | 'age';
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly severity?: 'critical' | 'warning';
  /** Since when, where that is not now. */
  readonly since?: Date;
}

/**
 * Opens an obligation beside an operation that goes on, and alerts people with it: once, however
 * often it is opened, and nothing where one is open. A step that comes late opens none.
 */
export async function openObligation(
  sql: Sql,
  { id, seq, lease }: Pick<OperationRow, 'id' | 'seq' | 'lease'>,
  { kind, summary, evidence, severity = 'critical', since }: ObligationOpening,
): Promise<boolean> {
  const opened = {
    text: `insert into nft_upgrade.obligation
        (operation_id, compensation_id, kind, evidence, opened_at)
      select id, $4, $5, $6::jsonb, coalesce($7::timestamptz, clock_timestamp())
        from nft_upgrade.operation where id = $1 and seq = $2 and lease = $3 for no key update
      on conflict do nothing returning operation_id as id`,
    values: [id, seq, lease, `cmp_${randomUUID().replaceAll('-', '')}`, kind, evidence, since],
  };
  const alert = { severity, summary, evidence };
  const written = await writeAtomically(sql, opened, [outboxStatement('alert', [alert], [ALERTS])]);
  return written !== null;
}
