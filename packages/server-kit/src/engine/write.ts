import { NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from '../db/db.ts';
import type { Statement } from '../db/write-atomically.ts';
import type { Loaded, Writer } from '../journal/journal.ts';
import type { Outcome } from '../phases/driver.ts';
import { ALERTS, outboxStatement, RELEASE, type Topic } from '../publish/outbox.ts';
import { milestonesOf } from '../publish/publication.ts';
import type { Engine } from './context.ts';

/**
 * Everything an event entails, at once: the event itself, what the phase writes with it, the job
 * that makes sure that it goes on, and what others are notified of. Either all of it happened or
 * nothing. One statement where that is enough, as for most steps; else a transaction around it.
 */
export async function write(
  engine: Engine,
  loaded: Loaded,
  { entries, parts = [], also }: Extract<Outcome, { kind: 'append' }>,
  writer: Writer,
): Promise<Loaded> {
  let notifications: readonly Notification[] = [];
  const append = (sql: Sql) =>
    engine.journal.append(
      sql,
      loaded,
      entries,
      (after) => {
        notifications = notificationsOf(engine, loaded, after);
        return [...parts, ...entailed(engine, loaded, after, notifications)];
      },
      writer,
    );
  // An obligation is opened with this status and never otherwise, so most operations need not ask.
  const owed = loaded.events.some(({ status }) => status === 'needs_attention');
  const appended =
    also || owed
      ? await engine.db.tx(async (sql) => {
          const after = await append(sql);
          await also?.(sql);
          if (owed && after.snapshot.terminal) await settleObligation(sql, after.snapshot);
          return after;
        })
      : await append(engine.db.sql);
  note(engine, loaded.snapshot.seq, appended);
  engine.queue.withdraw({ operationId: loaded.row.id, seq: loaded.snapshot.seq });
  engine.queue.expect(
    loaded.row.id,
    appended.snapshot.terminal ? null : delayOf(engine, appended.snapshot),
  );
  engine.recentLog.keep(appended);
  engine.wake.notify(loaded.row.id);
  const awaited = notifications.flatMap(({ sinks }) => sinks);
  if (appended.snapshot.status === 'needs_attention') awaited.push(ALERTS);
  if (awaited.length > 0) engine.deliveryWorkers.kick(awaited);
  return appended;
}

function note(engine: Engine, before: number, { row, process, snapshot, events }: Loaded): void {
  for (const { seq, status, asset } of events) {
    if (seq > before)
      engine.log.debug('An operation moved.', {
        operationId: row.id,
        process: process.name,
        seq,
        status,
        asset,
      });
  }
  if (!snapshot.terminal) return;
  const { status, asset, seq } = snapshot;
  engine.telemetry.add('nft_upgrade.operations.ended', { process: process.name, status });
  engine.log.info('An operation ended.', {
    operationId: row.id,
    process: process.name,
    seq,
    status,
    asset,
  });
}

const forgetAge: Statement = {
  text: `aged as (delete from nft_upgrade.obligation o using updated where kind = 'age'
    and o.operation_id = updated.id)`,
  values: [],
};

/** Those of a delivery are settled under a lock: see `settleObligation`. */
const settleOthers: Statement = {
  text: `others as (update nft_upgrade.obligation o
    set settlement = 'delivered', settled_at = clock_timestamp()
    from updated where kind <> 'delivery' and settlement is null and o.operation_id = updated.id)`,
  values: [],
};

function entailed(
  engine: Engine,
  before: Loaded,
  after: Loaded,
  notifications: readonly Notification[],
): Statement[] {
  const { id: operationId } = after.row;
  const { snapshot } = after;
  const { terminal, seq } = snapshot;
  const parts: Statement[] = [];
  if (!terminal)
    parts.push(engine.queue.add({ operationId, seq, startAfterMs: delayOf(engine, snapshot) }));
  const changed = snapshot.asset !== before.snapshot.asset;
  // It is no longer where it stood for too long, or it has ended.
  if (changed) parts.push(forgetAge);
  else if (terminal) parts.push(settleOthers);
  for (const { topic, data, sinks } of notifications)
    parts.push(outboxStatement(topic, data, sinks));
  return parts;
}

/** What goes out with the event, and to whom. */
interface Notification {
  readonly topic: Topic;
  readonly data: readonly object[];
  readonly sinks: readonly string[];
}

function notificationsOf({ sinks }: Engine, before: Loaded, after: Loaded): Notification[] {
  const { terminal, status } = after.snapshot;
  const milestones =
    sinks.length === 0 ? [] : milestonesOf(before.snapshot, after).map(({ seq }) => ({ seq }));
  const releases = terminal && status !== 'completed' && status !== 'compensated';
  return [
    ...(milestones.length > 0 ? [{ topic: 'event' as const, data: milestones, sinks }] : []),
    ...(releases ? [{ topic: 'release' as const, data: [{}], sinks: [RELEASE] }] : []),
  ];
}

/**
 * One row decides between a delivery and a compensation: the second one writes nothing at all.
 */
async function settleObligation(sql: Sql, snapshot: Snapshot): Promise<void> {
  const settlement = snapshot.status === 'compensated' ? 'compensated' : 'delivered';
  const [obligation] = await sql<{ settlement: string | null }>(
    'select settlement from nft_upgrade.obligation where operation_id = $1 for update',
    [snapshot.operationId],
  );
  if (!obligation) return;
  if (obligation.settlement !== null && obligation.settlement !== settlement)
    throw new NftUpgradeError('journal_conflict', { operationId: snapshot.operationId });
  await sql(
    `update nft_upgrade.obligation set settlement = $2, settled_at = clock_timestamp()
      where operation_id = $1`,
    [snapshot.operationId, settlement],
  );
}

function delayOf(engine: Engine, snapshot: Snapshot): number {
  const { retryAt } = snapshot.now;
  const until = typeof retryAt === 'string' ? Date.parse(retryAt) : Number.NaN;
  return Number.isNaN(until)
    ? engine.takeoverMs
    : Math.max(0, until - engine.now()) + engine.takeoverMs;
}
