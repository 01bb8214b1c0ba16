import { NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from '../db/db.ts';
import type { Loaded } from '../journal/journal.ts';
import type { Outcome } from '../phases/driver.ts';
import { enqueueOutbox, RELEASE } from '../publish/outbox.ts';
import { milestonesOf } from '../publish/publication.ts';
import type { Engine } from './context.ts';

/**
 * Everything an event entails, in one transaction: the event itself, what the phase writes with it, the job that makes sure that it goes on, and
 * what others are told. Either all of it happened or nothing.
 */
export async function write(engine: Engine, loaded: Loaded, { entries, also }: Extract<Outcome, { kind: 'append' }>): Promise<Loaded> {
  const { appended, told } = await engine.db.tx(async (sql) => {
    const appended = await engine.journal.append(sql, loaded, entries);
    await also?.(sql);
    const milestones = milestonesOf(loaded.snapshot, appended);
    if (engine.sinks.length > 0) for (const { seq } of milestones) await enqueueOutbox(sql, loaded.row.id, 'event', { seq }, engine.sinks);
    await entail(engine, sql, appended);
    return { appended, told: milestones.length > 0 };
  });
  note(engine, loaded.snapshot.seq, appended);
  engine.wake.tell(loaded.row.id);
  // Releases and alerts go out with milestones too.
  if (told) engine.couriers.kick();
  return appended;
}

function note(engine: Engine, before: number, { row, process, snapshot, events }: Loaded): void {
  for (const { seq, status, asset } of events) {
    if (seq > before) engine.log.debug('An operation moved.', { operationId: row.id, process: process.name, seq, status, asset });
  }
  if (!snapshot.terminal) return;
  const { status, asset, seq } = snapshot;
  engine.telemetry.add('nft_upgrade.operations.ended', { process: process.name, status });
  engine.log.info('An operation ended.', { operationId: row.id, process: process.name, seq, status, asset });
}

async function entail(engine: Engine, sql: Sql, { row, snapshot, events }: Loaded): Promise<void> {
  if (!snapshot.terminal)
    return engine.queue.enqueue(sql, { operationId: row.id, seq: snapshot.seq, startAfterMs: delayOf(engine, snapshot) });
  // A debt is opened with this status and never otherwise, so most operations need not ask.
  if (events.some(({ status }) => status === 'needs_attention')) await settleObligation(sql, snapshot);
  if (snapshot.status !== 'completed' && snapshot.status !== 'compensated') await enqueueOutbox(sql, row.id, 'release', {}, [RELEASE]);
}

/** One row decides between a delivery and a compensation: whoever comes second writes nothing at all. */
async function settleObligation(sql: Sql, snapshot: Snapshot): Promise<void> {
  const settlement = snapshot.status === 'compensated' ? 'compensated' : 'delivered';
  const [debt] = await sql<{ settlement: string | null }>(
    'select settlement from nft_upgrade.obligation where operation_id = $1 for update',
    [snapshot.operationId],
  );
  if (!debt) return;
  if (debt.settlement !== null && debt.settlement !== settlement)
    throw new NftUpgradeError('journal_conflict', { operationId: snapshot.operationId });
  await sql('update nft_upgrade.obligation set settlement = $2, settled_at = clock_timestamp() where operation_id = $1', [
    snapshot.operationId,
    settlement,
  ]);
}

function delayOf(engine: Engine, snapshot: Snapshot): number {
  const { retryAt } = snapshot.now;
  const until = typeof retryAt === 'string' ? Date.parse(retryAt) : Number.NaN;
  return Number.isNaN(until) ? engine.takeoverMs : Math.max(0, until - engine.now()) + engine.takeoverMs;
}
