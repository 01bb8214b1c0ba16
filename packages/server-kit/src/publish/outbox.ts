import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../db/db.ts';

/**
 * - `event`: for other systems, through the publisher
 * - `alert`: for people
 * - `release`: what the qualification reserved is free again
 */
export type Topic = 'event' | 'alert' | 'release';

export interface OutboxRow {
  id: number;
  operation_id: string;
  topic: Topic;
  data: Record<string, unknown>;
  tries: number;
}

/** Written in the transaction of the event it tells about, so that it is told exactly when the event happened. */
export const enqueueOutbox = (sql: Sql, operationId: string, topic: Topic, data: object) =>
  sql('insert into nft_upgrade.outbox (operation_id, topic, data) values ($1, $2, $3)', [operationId, topic, data]);

export interface OutboxOptions {
  db: Db;
  deliver(row: OutboxRow): Promise<void>;
  /** A sink that hangs counts as failed after this. Milliseconds, default 10 000. */
  timeoutMs?: number;
  onError(error: unknown): void;
}

const BATCH = 20;
const LEASE_SECONDS = 60;
const MAX_PAUSE_SECONDS = 300;

/**
 * Delivers what is due, at least once. A row is leased before its delivery, so that several nodes share the work and a node that dies gives its rows
 * back. Resolves with how many were delivered.
 */
export async function deliverOutbox({ db, deliver, timeoutMs = 10_000, onError }: OutboxOptions): Promise<number> {
  const rows = await db.sql<OutboxRow>(
    `update nft_upgrade.outbox set due_at = clock_timestamp() + make_interval(secs => $2), tries = tries + 1
     where id in (select id from nft_upgrade.outbox where delivered_at is null and due_at <= clock_timestamp() order by id limit $1 for update skip locked)
     returning id, operation_id, topic, data, tries`,
    [BATCH, LEASE_SECONDS],
  );
  let delivered = 0;
  for (const row of rows) {
    try {
      await withTimeout(deliver(row), timeoutMs);
      await db.sql('update nft_upgrade.outbox set delivered_at = clock_timestamp() where id = $1', [row.id]);
      delivered += 1;
    } catch (error) {
      onError(error);
      const pause = Math.min(MAX_PAUSE_SECONDS, 2 ** Math.min(row.tries, 10));
      await db.sql('update nft_upgrade.outbox set due_at = clock_timestamp() + make_interval(secs => $2) where id = $1', [row.id, pause]);
    }
  }
  return delivered;
}

async function withTimeout(work: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new NftUpgradeError('temporarily_unavailable', { message: `A sink did not answer within ${ms} ms.` })),
      ms,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
