import { NftUpgradeError, type OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import { duration, table } from './table.ts';

/**
 * An operation as the journal tells it: needs no process definition, so it shows operations of any
 * version.
 */
export interface Timeline {
  operationId: string;
  process: string;
  version: number;
  status: string;
  asset: string;
  live: boolean;
  principal: string;
  wallet: string | null;
  events: readonly { seq: number; status: string; at: Date; node: string; data: OperationEvent }[];
  attempts: readonly { kind: string; attempt: number; outcome: string | null; at: Date }[];
}

/** @throws NftUpgradeError `not_found` */
export async function readTimeline(db: Db, operationId: string): Promise<Timeline> {
  const [operation] = await db.sql<Omit<Timeline, 'events' | 'attempts'>>(
    `select id as "operationId", process, version, status, asset, live, principal, wallet
      from nft_upgrade.operation where id = $1`,
    [operationId],
  );
  if (!operation)
    throw new NftUpgradeError('not_found', {
      message: `There is no operation ${operationId}.`,
      operationId,
    });
  const [events, attempts] = [
    await db.sql<Timeline['events'][number]>(
      `select seq, status, at, node, data from nft_upgrade.event where operation_id = $1
        order by seq`,
      [operationId],
    ),
    await db.sql<Timeline['attempts'][number]>(
      `select kind, attempt, outcome, created_at as at from nft_upgrade.attempt
        where operation_id = $1 order by created_at`,
      [operationId],
    ),
  ];
  return { ...operation, events, attempts };
}

export function timelineText({
  operationId,
  process,
  version,
  status,
  asset,
  principal,
  wallet,
  events,
  attempts,
}: Timeline): string {
  const begun = events[0]?.at.getTime() ?? 0;
  const rows = events.map(({ seq, status: name, at, node, data }) => [
    String(seq),
    at.toISOString(),
    `+${duration(at.getTime() - begun)}`,
    name,
    node,
    typeof data.code === 'string' ? data.code : (data.message ?? ''),
  ]);
  const tries = attempts.map(({ kind, attempt, outcome, at }) => [
    kind,
    String(attempt),
    at.toISOString(),
    outcome ?? '',
  ]);
  return [
    `${operationId}: ${process} (version ${version}) of ` +
      `${principal}${wallet === null ? '' : `, wallet ${wallet}`}`,
    `${status}, asset ${asset}`,
    '',
    table(['#', 'at', '', 'status', 'node', 'what'], rows),
    ...(tries.length === 0 ? [] : ['', table(['attempt', '#', 'at', 'outcome'], tries)]),
  ].join('\n');
}
