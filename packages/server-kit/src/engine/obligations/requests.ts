import { setTimeout as sleep } from 'node:timers/promises';
import {
  isNftUpgradeError,
  type NftUpgradeError,
  toNftUpgradeError,
} from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../../db/db.ts';
import type { Obligations } from './obligations.ts';
import { findObligation } from './read.ts';

export type OperatorAction = 'retry' | 'compensate';

/** What became of a request. */
export type RequestOutcome =
  | { ok: true; status: string }
  | { ok: false; code: string; message: string; hint: string };

/**
 * Writes down what an operator decided, for the nodes to carry out. It needs neither keys nor an
 * RPC address, so it can come from anywhere that reaches the database. Resolves with the number of
 * the request. @throws NftUpgradeError `not_found` when nothing is owed
 */
export async function requestAction(
  db: Db,
  { operationId, action, by }: { operationId: string; action: OperatorAction; by: string },
): Promise<number> {
  await findObligation(db, operationId);
  const [row] = await db.sql<{ id: number }>(
    `insert into nft_upgrade.operator_request (operation_id, action, requested_by)
      values ($1, $2, $3) returning id`,
    [operationId, action, by],
  );
  return row?.id ?? 0;
}

/** Resolves with null when no node has carried it out in time. It stays requested then. */
export async function awaitOutcome(
  db: Db,
  id: number,
  timeoutMs: number,
): Promise<RequestOutcome | null> {
  for (const end = Date.now() + timeoutMs; ; ) {
    const [row] = await db.sql<{ outcome: RequestOutcome | null }>(
      'select outcome from nft_upgrade.operator_request where id = $1',
      [id],
    );
    if (row?.outcome) return row.outcome;
    if (Date.now() >= end) return null;
    await sleep(Math.min(250, Math.max(1, end - Date.now())));
  }
}

/** Longer than an action takes; a node that dies over it gives it back after this. */
const LEASE_SECONDS = 300;
/** Something outside is away, which does not concern the request: it is tried again. */
const passing: readonly string[] = [
  'database_unavailable',
  'rpc_unavailable',
  'temporarily_unavailable',
  'port_timeout',
];

/**
 * Carries out what operators asked for, each by one node. Both actions may be run twice: an
 * obligation is settled once.
 */
export async function carryOutRequests(
  db: Db,
  obligations: Pick<Obligations, 'retry' | 'compensate'>,
): Promise<number> {
  const rows = await db.sql<{ id: number; operation_id: string; action: OperatorAction }>(
    `update nft_upgrade.operator_request
     set claimed_until = clock_timestamp() + make_interval(secs => $1) where id in (
       select id from nft_upgrade.operator_request where done_at is null
         and claimed_until not between clock_timestamp() and clock_timestamp()
           + make_interval(secs => $1) order by id limit 10 for update skip locked)
     returning id, operation_id, action`,
    [LEASE_SECONDS],
  );
  const carryOut = async ({ id, operation_id: operationId, action }: (typeof rows)[number]) => {
    const outcome = await run(() => obligations[action](operationId));
    if (outcome)
      await db.sql(
        `update nft_upgrade.operator_request set done_at = clock_timestamp(), outcome = $2
          where id = $1`,
        [id, outcome],
      );
    else
      await db.sql(
        `update nft_upgrade.operator_request set claimed_until = clock_timestamp()
          + interval '5 seconds' where id = $1`,
        [id],
      );
  };
  // Side by side: one that hangs holds up no other.
  await Promise.all(rows.map(carryOut));
  return rows.length;
}

async function run(action: () => Promise<{ status: string }>): Promise<RequestOutcome | null> {
  try {
    return { ok: true, status: (await action()).status };
  } catch (thrown) {
    if (isNftUpgradeError(thrown) && passing.includes(thrown.code)) return null;
    const { code, message, hint }: NftUpgradeError = toNftUpgradeError(thrown, 'internal');
    return { ok: false, code, message, hint };
  }
}
